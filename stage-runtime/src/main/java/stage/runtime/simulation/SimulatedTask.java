package stage.runtime.simulation;

/**
 * A task that runs once, on the stack of the thread that drives the simulation: most tasks end without waiting, and so
 * need no thread of their own.
 *
 * <p>Used only by the running simulated thread.
 */
final class SimulatedTask implements Schedulable {
  private final ThreadIdentity who;
  private final Runnable body;
  private boolean interrupted;   // before it began

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

  /** Runs the body, and throws what it throws. */
  void go(SimulatedThread stepper) {
    if (interrupted) stepper.thread().interrupt();
    try {
      body.run();
    } finally {
      stepper.takeInterrupt();   // an interrupt of the task ends with it
    }
  }
}
