package stage.runtime.engine;

import java.util.function.Consumer;

/**
 * What a scope wants around each incarnation of one cell: its context, entered before the start and left after the
 * stop. The cell's thread only.
 */
final class ContextPropagation {
  /** A cell, as far as what is put around its incarnations has to know it. */
  interface Surrounded {
    /** {@return the stage's path} */
    String path();

    /** {@return whether the calling thread is still the cell's own} */
    boolean isCurrent();

    /** {@return whether the next thing that it does is to start an incarnation} Looks only. */
    boolean startsAnIncarnation();

    /** {@return whether it has no behaviour: before the first, between two, or after the last} */
    boolean hasNoIncarnation();

    /** The incarnation could not be started. */
    void startFailed(Throwable failure);

    /** Logs what must not stop anybody. */
    void report(String what, Throwable failure);
  }

  private final Surrounded cell;
  private final Consumer<Runnable> around;
  private boolean isWithin;
  private boolean hasStartedWithin;   // and has started an incarnation there

  ContextPropagation(Surrounded cell, Consumer<Runnable> around) {
    this.cell = cell;
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

  /** Runs steps: within the context, if an incarnation is about to start. */
  void run(Runnable steps) {
    if (isWithin || !cell.startsAnIncarnation()) {
      steps.run();
      return;
    }
    var within = new Within(steps);
    Throwable failure = null;
    try {
      around.accept(within);
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (!cell.isCurrent()) return;
    isWithin = false;
    if (!within.ran) {
      var notRun = new IllegalStateException(
          "the context did not run the incarnation of stage " + cell.path() + "; it must run it once");
      cell.startFailed(failure == null ? notRun : failure);
    } else if (failure != null) {
      cell.report("the context of stage " + cell.path() + " threw after its incarnation", failure);
    }
  }

  /** What the context runs: once. */
  private final class Within implements Runnable {
    private final Runnable steps;
    private boolean ran;

    Within(Runnable steps) {
      this.steps = steps;
    }

    @Override
    public void run() {
      if (ran) throw new IllegalStateException(
          "the context ran an incarnation of stage " + cell.path() + " twice; it must run it once");
      ran = true;
      isWithin = true;
      hasStartedWithin = false;
      steps.run();
    }
  }

  /** {@return whether the next step must be made on the other side of the border of the context} */
  boolean mustReenter(Work work) {
    return work == Work.START ? !isWithin || hasStartedWithin
        : isWithin && hasStartedWithin && cell.hasNoIncarnation();
  }
}
