package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import stage.runtime.time.Driver;

/** The stages that an init starts. Those that emit take their first turn when it has returned. Any thread. */
public final class Assembly {
  private final Thread thread = Thread.currentThread();
  private final Queue<Driver> drivers = new ConcurrentLinkedQueue<>();
  private volatile boolean over;   // set once, by the thread that runs the init

  /** Begins an assembly; the calling thread runs the init. */
  public Assembly() {}

  void add(Driver driver) {
    drivers.add(driver);
  }

  boolean isOver() {
    return over;
  }

  /** The init has returned or failed. */
  public void finish() {
    over = true;
    // pairs with the announcement of each driver: a cell that missed the end is woken, or sees it
    VarHandle.fullFence();
    for (Driver driver = drivers.poll(); driver != null; driver = drivers.poll()) driver.wake();
  }

  /**
   * Refuses what would wait for a stage that has not begun.
   *
   * @param what what was called
   * @param path on which stage or supervisor
   */
  public void ensureMayWait(String what, String path) {
    if (over || Thread.currentThread() != thread) return;
    throw new IllegalStateException(
        what + " on " + path + " would wait for ever, because it was called in the init that starts it:"
        + " the stages begin when init has returned; wait after that, or on another thread");
  }
}
