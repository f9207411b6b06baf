package stage.runtime.simulation;

/**
 * A body of work that is run once, on the stack of whoever drives: most are over without having waited, and need no
 * thread for that.
 *
 * <p>Whoever has the baton.
 */
final class SimulatedTask implements Schedulable {
  private final ThreadIdentity who;
  private final Runnable body;
  private boolean interrupted;   // before it has begun

  SimulatedTask(String name, Runnable body) {
    this.who = ThreadIdentity.named(name);
    this.body = body;
  }

  ThreadIdentity who() {
    return who;
  }

  Thread thread() {
    return who.thread();
  }

  void interrupt() {
    interrupted = true;
  }

  /** Does the work. It throws what the body throws. */
  void go(SimulatedThread stepper) {
    if (interrupted) stepper.thread().interrupt();
    try {
      body.run();
    } finally {
      stepper.takeInterrupt();   // what is left is over with the task
    }
  }
}
