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
  private final Runnable atEnd;
  private Runnable piece;        // the next one; null if it has none
  private boolean interrupted;   // before its piece began
  private boolean hasStarted;
  private boolean isRunning;     // a piece, which may wait
  private boolean isDismissed;

  SimulatedTask(SimulatedTime time, String name, Runnable atEnd) {
    this.time = time;
    this.who = ThreadIdentity.named(name);
    this.atEnd = atEnd;
  }

  ThreadIdentity who() {
    return who;
  }

  @Override
  public Thread thread() {
    return who.thread();
  }

  @Override
  public void hand(Runnable piece) {
    this.piece = piece;
    if (!hasStarted) time.begins(thread());
    hasStarted = true;
    time.scheduler().isReady(this);
  }

  @Override
  public void dismiss() {
    isDismissed = true;
    if (piece != null) time.scheduler().forget(this);
    piece = null;
    if (!isRunning) end();
  }

  void interrupt() {
    interrupted = true;
  }

  /** Runs its piece, and throws what that throws. */
  void go(SimulatedThread stepper) {
    if (interrupted) stepper.thread().interrupt();
    interrupted = false;
    Runnable next = piece;
    piece = null;
    isRunning = true;
    try {
      next.run();
    } finally {
      isRunning = false;
      stepper.takeInterrupt();   // an interrupt of the piece ends with it
    }
  }

  /** Its piece is over. */
  void rest() {
    if (isDismissed) end();
  }

  private void end() {
    atEnd.run();
    time.ends(thread());
  }
}
