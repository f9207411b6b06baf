package stage.runtime.simulation;

import java.util.concurrent.locks.LockSupport;

/** A thread of a simulation. Only one has control and runs; the others are parked here. */
final class SimulatedThread {
  private final Thread thread;
  private volatile boolean hasControl;         // set by the thread that hands it over; cleared by this one
  private volatile boolean wasInterrupted;   // written by this thread; cleared only while it has control

  SimulatedThread(Thread thread) {
    this.thread = thread;
  }

  Thread thread() {
    return thread;
  }

  /** Hands control to this thread. The caller does nothing more until it gets control back. */
  void hand() {
    hasControl = true;   // volatile; pairs with the read in await, which then sees all that the caller did
    LockSupport.unpark(thread);
  }

  /** On its own thread: waits for control. An interrupt is kept for {@link #takeInterrupt}. */
  void await() {
    while (!hasControl) {
      LockSupport.park(this);
      if (Thread.currentThread().isInterrupted()) {
        wasInterrupted = true;   // before the flag is cleared, or isInterrupted could miss it in between
        Thread.interrupted();
      }
    }
    hasControl = false;
  }

  /** {@return whether it was interrupted} While it waits; called by the thread in control. */
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
