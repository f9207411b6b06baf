package stage.runtime.time;

/**
 * A body of work that is run once, on the stack of whoever drives: most are over without having waited, and need no thread for that.
 *
 * <p>Whoever has the baton.
 */
final class SimulatedTask implements Ready {
  private final Run who;
  private final Runnable body;
  private boolean interrupted;   // before it has begun

  SimulatedTask(String name, Runnable body) {
    this.who = Run.named(name);
    this.body = body;
  }

  Run who() {
    return who;
  }

  Thread thread() {
    return who.thread();
  }

  void interrupt() {
    interrupted = true;
  }

  /** Does the work. It throws what the body throws. */
  void go(Strand driver) {
    if (interrupted) driver.thread().interrupt();
    try {
      body.run();
    } finally {
      driver.takeInterrupt();   // what is left is over with the task
    }
  }
}
