package stage.runtime.engine;

import java.util.function.Consumer;

/** What a scope wants around each incarnation of one cell: its context, entered before the start and left after the stop. The cell's thread only. */
final class CarriedContext {
  private final Cell<?> cell;
  private final Life life;
  private final Consumer<Runnable> around;
  private boolean isWithin;
  private boolean hasStartedWithin;   // and has started an incarnation there

  CarriedContext(Cell<?> cell, Life life, Consumer<Runnable> around) {
    this.cell = cell;
    this.life = life;
    this.around = around;
  }

  /** The next incarnation is about to start. */
  void starts() {
    hasStartedWithin = true;
  }

  /** Another thread has taken over, which is outside. */
  void isOutside() {
    isWithin = false;
  }

  /** Runs steps: within the context, if an incarnation is to start. */
  void run(Runnable steps) {
    if (isWithin || !isToStart()) {
      steps.run();
      return;
    }
    boolean[] ran = {false};
    Throwable failure = null;
    try {
      around.accept(() -> {
        if (ran[0]) throw new IllegalStateException("the context ran an incarnation of stage " + cell.path() + " twice; it must run it once");
        ran[0] = true;
        isWithin = true;
        hasStartedWithin = false;
        steps.run();
      });
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (!cell.carrier().isCurrent()) return;
    isWithin = false;
    if (!ran[0]) {
      var notRun = new IllegalStateException("the context did not run the incarnation of stage " + cell.path() + "; it must run it once");
      life.startFailed(failure == null ? notRun : failure);
    } else if (failure != null) {
      cell.report("the context of stage " + cell.path() + " threw after its incarnation", failure);
    }
  }

  /** {@return whether the next step is to be made outside, or inside, what is around an incarnation} */
  boolean isToReenter(Work work) {
    return work == Work.START ? !isWithin || hasStartedWithin : isWithin && hasStartedWithin && cell.turns().hasNoIncarnation();
  }

  private boolean isToStart() {
    boolean mayStart = life.phase() instanceof Phase.Starting || life.phase() instanceof Phase.BackingOff;
    return mayStart && !life.isTakenOver() && cell.lookNow() == Work.START;
  }
}
