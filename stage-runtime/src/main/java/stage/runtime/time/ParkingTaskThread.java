package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/** A {@link TaskThread} that parks while it waits for its next piece of work. */
final class ParkingTaskThread implements TaskThread, Runnable {
  private static final VarHandle STATE = Handles.of(MethodHandles.lookup(), "state", int.class);

  private static final int NOTHING = 0;   // was handed to it, and it is busy, or about to wait
  private static final int HANDED = 1;    // it has not begun with it
  private static final int WAITS = 2;
  private static final int DISMISSED = 3;

  private final Thread thread;
  private boolean hasStarted;   // the thread that hands it work
  private Work work;            // set before its thread starts, then that thread's
  // HANDED and DISMISSED by the thread that hands it work, NOTHING and WAITS by its own
  private volatile int state;

  ParkingTaskThread(ThreadDriver.Threads threads, String name, Work work) {
    this.thread = threads.thread(name, false, this);
    this.work = work;
  }

  @Override
  public Thread thread() {
    return thread;
  }

  @Override
  public void hand() {
    put(HANDED);
    if (hasStarted) return;
    thread.start();
    hasStarted = true;
  }

  @Override
  public void dismiss() {
    put(DISMISSED);
  }

  /** In place of what is there; volatile, as in {@link #hasWork()}: one of the two sees the other. */
  private void put(int next) {
    if ((int) STATE.getAndSet(this, next) == WAITS) LockSupport.unpark(thread);
  }

  /** On its own thread. An ended thread still refers to this, and so must not refer to anything else from here. */
  @Override
  public void run() {
    Work its = work;
    work = null;
    try {
      while (hasWork()) while (its.runOne()) {}
    } finally {
      its.end();
    }
  }

  /** {@return whether it was handed work} Waits for that; otherwise it was dismissed. */
  private boolean hasWork() {
    if (STATE.compareAndSet(this, NOTHING, WAITS)) {
      while (state == WAITS) {
        LockSupport.park(this);
        if (state == WAITS) Thread.interrupted();   // meant for work that is over; or parking would return at once
      }
    }
    return (int) STATE.getAndSet(this, NOTHING) == HANDED;
  }

  @Override
  public String toString() {
    return "the next event";   // as a thread dump says what it is parked for
  }
}
