package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/** A {@link TaskThread} that parks while it waits for its next piece of work. */
final class ParkingTaskThread implements TaskThread, Runnable {
  private static final VarHandle NEXT = Handles.of(MethodHandles.lookup(), "next", Runnable.class);

  private static final Runnable WAITS = () -> {};
  private static final Runnable END = () -> {};

  private final Thread thread;
  private boolean hasStarted;   // the thread that hands it work
  private Runnable atEnd;       // set before its thread starts, then that thread's
  // what to run next, or END; WAITS if the thread waits for that, null if it is busy and there is nothing yet. Set by
  // the thread that hands it work; taken, and WAITS set, by its own
  private volatile Runnable next;

  /** @param atEnd what its thread does last */
  ParkingTaskThread(ThreadDriver.Threads threads, String name, Runnable atEnd) {
    this.thread = threads.thread(name, false, this);
    this.atEnd = atEnd;
  }

  @Override
  public Thread thread() {
    return thread;
  }

  @Override
  public void hand(Runnable piece) {
    put(piece);
    if (hasStarted) return;
    thread.start();
    hasStarted = true;
  }

  @Override
  public void dismiss() {
    put(END);
  }

  /** Puts it in place of what is there; volatile, as in {@link #next()}: one of the two sees the other. */
  private void put(Runnable piece) {
    if (NEXT.getAndSet(this, piece) == WAITS) LockSupport.unpark(thread);
  }

  /** On its own thread. An ended thread still refers to this, and so must not refer to anything else from here. */
  @Override
  public void run() {
    Runnable last = atEnd;
    atEnd = null;
    try {
      for (Runnable piece = next(); piece != END; piece = next()) piece.run();
    } finally {
      last.run();
    }
  }

  private Runnable next() {
    if (NEXT.compareAndSet(this, null, WAITS)) {
      while (next == WAITS) {
        LockSupport.park(this);
        if (next == WAITS) Thread.interrupted();   // meant for a piece that is over; or parking would return at once
      }
    }
    return (Runnable) NEXT.getAndSet(this, null);
  }

  @Override
  public String toString() {
    return "the next event";   // as a thread dump says what it is parked for
  }
}
