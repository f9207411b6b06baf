package stage.runtime.simulation;

import java.util.concurrent.locks.LockSupport;

/** A thread of a simulation. Only one has the baton, and runs; the others are parked here. */
final class SimulatedThread {
  private final Thread thread;
  private volatile boolean hasBaton;         // set by who hands it on; cleared by the thread itself
  private volatile boolean wasInterrupted;   // the thread itself, but cleared by it only while it has the baton

  SimulatedThread(Thread thread) {
    this.thread = thread;
  }

  Thread thread() {
    return thread;
  }

  /** Hands the baton to this one. The caller does nothing more until it is handed back. */
  void hand() {
    hasBaton = true;   // volatile; pairs with the read in await: all that the caller did is seen there
    LockSupport.unpark(thread);
  }

  /** On its own thread: waits for the baton. An interrupt is kept for {@link #takeInterrupt}. */
  void await() {
    while (!hasBaton) {
      LockSupport.park(this);
      if (Thread.currentThread().isInterrupted()) {
        wasInterrupted = true;   // before the flag goes, or isInterrupted would overlook it in between
        Thread.interrupted();
      }
    }
    hasBaton = false;
  }

  /** {@return whether it was interrupted} While it waits; any thread that has the baton. */
  boolean isInterrupted() {
    return thread.isInterrupted() || wasInterrupted;   // in this order: see await
  }

  /** {@return whether it was interrupted since the last time} On its own thread. */
  boolean takeInterrupt() {
    boolean was = Thread.interrupted() | wasInterrupted;
    wasInterrupted = false;
    return was;
  }
}
