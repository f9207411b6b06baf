package stage.runtime.time;

/**
 * A body of work that is run once, on the stack of whoever drives: most are over without having waited, and need no thread for that.
 *
 * <p>Whoever has the baton.
 */
final class SimulatedTask {
  private final SimulatedCarrier.Run run;
  private final Runnable body;
  private boolean interrupted;   // before it has begun

  SimulatedTask(String name, Runnable body) {
    this.run = new SimulatedCarrier.Run(Thread.ofVirtual().name(name).unstarted(() -> {}));   // never started: it only stands for the task's thread
    this.body = body;
  }

  SimulatedCarrier.Run run() {
    return run;
  }

  Thread thread() {
    return run.thread();
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
