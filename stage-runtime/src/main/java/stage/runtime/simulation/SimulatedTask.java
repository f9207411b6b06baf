package stage.runtime.simulation;

import stage.runtime.time.TaskThread;

/**
 * A thread that runs pieces of work, each as a step, on the stack of the thread that drives the simulation: most pieces
 * end without waiting, and so need no thread of their own.
 *
 * <p>Used only by the running simulated thread.
 */
final class SimulatedTask implements TaskThread, Schedulable {
  private final SimulatedTime time;
  private final ThreadIdentity who;
  private final Work work;
  private boolean isReady;       // there is a piece, and it has not begun
  private boolean goesOn;        // the last piece said that there is another one
  private boolean interrupted;   // before its piece began
  private boolean hasStarted;
  private boolean isRunning;     // a piece, which may wait
  private boolean isDismissed;

  SimulatedTask(SimulatedTime time, String name, Work work) {
    this.time = time;
    this.who = ThreadIdentity.named(name);
    this.work = work;
  }

  ThreadIdentity who() {
    return who;
  }

  @Override
  public Thread thread() {
    return who.thread();
  }

  @Override
  public void hand() {
    if (!hasStarted) time.begins(thread());
    hasStarted = true;
    becomeReady();
  }

  private void becomeReady() {
    isReady = true;
    time.scheduler().isReady(this);
  }

  @Override
  public void dismiss() {
    isDismissed = true;
    if (isRunning || goesOn) return;
    if (isReady) time.scheduler().forget(this);
    isReady = false;
    end();
  }

  void interrupt() {
    interrupted = true;
  }

  /** Runs a piece, and throws what that throws. */
  void go(SimulatedThread stepper) {
    if (interrupted) stepper.thread().interrupt();
    interrupted = false;
    isReady = false;
    isRunning = true;
    goesOn = false;
    try {
      goesOn = work.runOne();
    } finally {
      isRunning = false;
      stepper.takeInterrupt();   // an interrupt of the piece ends with it
    }
  }

  /** Its piece is over. */
  void rest() {
    if (goesOn) becomeReady();
    else if (isDismissed) end();
  }

  private void end() {
    work.end();
    time.ends(thread());
  }
}
