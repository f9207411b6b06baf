package stage.runtime.engine;

import java.util.concurrent.CancellationException;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.WaitState;

/**
 * What happens within {@code emit} of a generator: its one turn lasts as long as its incarnation, so everything else
 * that its cell has to do is done there. The cell's thread only.
 */
final class GeneratorTurn implements GeneratorPort {
  private final Cell<?> cell;
  private final CellSteps steps;
  private final Turns<?> turns;
  private final Signals signals;
  private final ProducerHalf<?> half;
  private int chores;   // those of the cell that the generator's outlet knows of
  private boolean heedsFlag = true;   // whether an interrupt flag that is set before it waits is for the generator

  GeneratorTurn(Cell<?> cell, Turns<?> turns) {
    this.cell = cell;
    this.steps = cell.steps();
    this.turns = turns;
    this.signals = cell.signals();
    this.half = cell.producerHalf();
    half.sparesResting();
  }

  @Override
  public String path() {
    return cell.path();
  }

  @Override
  public boolean serveOthers() {
    steps.throwUnanswered();
    boolean hasNews = hasNews();
    if (hasNews) serve();
    boolean hasChanged = hasNews || chores != steps.chores();   // lanes may have come or gone, or what waited was sent
    chores = steps.chores();
    return hasChanged;
  }

  @Override
  public void beginAsking() {
    heedsFlag = Thread.currentThread().isInterrupted();
  }

  @Override
  public void endAsking() {
    if (!heedsFlag) turns.clearInterrupt();
    heedsFlag = true;
  }

  @Override
  public void breatheIfBusy() {
    cell.driver().breatheIfBusy();
  }

  /** {@return whether anyone wants something} Asked for each event, so it looks at little. */
  private boolean hasNews() {
    return signals.bits() != 0 || turns.isLeaving() || cell.hasMail() || half.hasLaneNews()
        || turns.timers() != null || half.canFlush();
  }

  /** Does what others want, up to the next thing that has to wait. */
  private void serve() {
    while (true) {
      if (turns.isLeaving())
        throw new CancellationException("stage " + cell.path() + " has to leave its turn, as it was told before");
      if (!cell.isRunning()) throw new CancellationException("stage " + cell.path() + " has stopped and emits no more");
      Work work = steps.lookNow();
      switch (work) {
        case CANCEL, STOP, HOLD, KILL, LEAVE ->
            throw new CancellationException("stage " + cell.path() + " has to stop");
        case MAIL, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, TIMER, FLUSH, INTAKE -> {
          steps.selected(work);
          steps.serve(work);
        }
        case TURN -> {
          steps.selected(work);
          signals.clear(Signals.WOKEN_UP);   // a generator is not told of demand
          if (half.demand() > 0) return;
        }
        case START, RELEASE, TASKS, CONSUMER_NEWS, NOTIFY, IDLE, COMPLETE, SUBSCRIPTION_ENDED, FINISH ->
            throw new IllegalStateException("a generator that runs has no work " + work);
        case NOTHING -> {
          if (!signals.has(Signals.PAUSED)) return;
          awaitInGenerator(WaitState.Kind.MAIL);
        }
      }
    }
  }

  @Override
  public void awaitDemand() {
    while (half.demand() <= 0) {
      serve();
      if (half.demand() > 0) return;
      half.wakeRestingConsumers();   // or they would wait until there are more events
      awaitInGenerator(WaitState.Kind.DEMAND);
    }
  }

  private void awaitInGenerator(WaitState.Kind what) {
    boolean hasTimer = !turns.isServing() && turns.timers() != null && !turns.timers().isEmpty();
    if (!heedsFlag) turns.clearInterrupt();
    try {
      cell.driver().await(hasTimer ? new WaitState.Timer(what, turns.timers().nextNanos()) : what);
    } catch (InterruptedException e) {
      if (cell.shouldExit()) throw new CancellationException("stage " + cell.path() + " has to stop");
      // The engine tells a stage why before it interrupts it.
      throw new IllegalStateException("stage " + cell.path() + " was interrupted while it awaited " + what
          + ", by neither its supervisor nor its handle", e);
    }
    steps.throwUnanswered();
  }
}
