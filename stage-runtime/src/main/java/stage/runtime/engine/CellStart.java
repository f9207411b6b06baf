package stage.runtime.engine;

import stage.runtime.time.Activity;
import stage.runtime.time.ThreadNames;
import stage.runtime.time.Uninterruptibly;

/** Starts a cell and waits until its {@code onStart} has returned: on the thread that starts it. */
public final class CellStart {
  private CellStart() {}

  /**
   * Starts a cell and waits for the end of its start. If the caller is interrupted, before or meanwhile, it does not
   * run: what started is cancelled, and has ended when this returns. The caller's interrupt flag stays set.
   *
   * @param cell which
   * @return why it could not start; null if it has started
   */
  public static StartFailure startAndAwait(Cell<?> cell) {
    if (Thread.currentThread().isInterrupted()) {
      cell.neverStart(interrupted(cell, "before"));
      return cell.lifecycle().startFailure();
    }
    var cancelling = new Cancelling(cell);
    StartFailure failure = startAndAwait(cell, cancelling);
    if (!cancelling.hasRun || failure != null) return failure;
    cell.stopAndAwait();   // it had just started, or did not mind the interrupt
    return interrupted(cell, "while");
  }

  /** What an interrupt of the caller does to the stage that it starts. */
  private static final class Cancelling implements Runnable {
    private final Cell<?> cell;
    private boolean hasRun;

    Cancelling(Cell<?> cell) {
      this.cell = cell;
    }

    @Override
    public void run() {
      hasRun = true;
      cell.owner().services().cancel(cell);
    }
  }

  private static StartFailure interrupted(Cell<?> cell, String when) {
    return new StartFailure(new InterruptedException("thread " + ThreadNames.of(cell.graph().time().current())
        + " was interrupted " + when + " it started stage " + cell.path() + ", which does not run"), Activity.ON_START);
  }

  /**
   * As {@link #startAndAwait(Cell)}, for a cell whose behaviour is the runtime's own and starts at once: an interrupt
   * of the caller is kept for later.
   *
   * @param cell which
   * @return why it could not start; null if it has started
   */
  public static Throwable startAndAwaitAnyway(Cell<?> cell) {
    StartFailure failure = startAndAwait(cell, null);
    return failure == null ? null : failure.cause();
  }

  private static StartFailure startAndAwait(Cell<?> cell, Runnable whenInterrupted) {
    try {
      cell.driver().start();
    } catch (Throwable noThread) {   // such as an OutOfMemoryError where no more platform threads can be had
      cell.neverStart(new StartFailure(noThread, Activity.ON_START));
      return cell.lifecycle().startFailure();
    }
    try {
      Uninterruptibly.await(
          StartWait.noted(cell, cell.lifecycle().started(), cell.graph(), "start()"), whenInterrupted);
      return cell.lifecycle().startFailure();
    } catch (IllegalStateException circle) {   // in its onStart it waits for the stage that starts it
      cell.owner().services().cancel(cell);
      Uninterruptibly.await(StartWait.unnoted(cell, cell.lifecycle().started(), cell.graph()));
      cell.stopAndAwait();
      return new StartFailure(circle, Activity.ON_START);
    }
  }
}
