package stage.runtime.engine;

import java.util.concurrent.CancellationException;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.WaitState;

/**
 * What happens within {@code emit} of a generator: its one turn lasts as long as its incarnation, so everything else
 * that its cell has to do is done there. The cell's thread only.
 */
final class GeneratorTurn {
  private final Cell<?> cell;
  private final Incarnations<?> incarnations;
  private final Signals signals;
  private final ProducerHalf<?> half;

  GeneratorTurn(Cell<?> cell, Incarnations<?> incarnations, Signals signals, ProducerHalf<?> half) {
    this.cell = cell;
    this.incarnations = incarnations;
    this.signals = signals;
    this.half = half;
  }

  /**
   * {@return whether somebody wants something of a generator that is running} Asked for each event, so it looks at
   * little.
   */
  boolean hasNews() {
    return signals.bits() != 0 || incarnations.isLeaving() || cell.mailbox().hasMail() || half.hasLaneNews()
        || incarnations.timers() != null || half.canFlush();
  }

  /** Does what others want, up to the next thing that has to wait. */
  void serve() {
    while (true) {
      if (incarnations.isLeaving())
        throw new CancellationException("stage " + cell.path() + " is to leave its turn, and was told so before");
      if (!cell.isRunning()) throw new CancellationException("stage " + cell.path() + " has stopped and emits no more");
      Work work = cell.lookNow();
      switch (work) {
        case CANCEL, STOP, HOLD, KILL, LEAVE -> throw new CancellationException("stage " + cell.path() + " is to stop");
        case MAIL, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, TIMER, FLUSH, INTAKE -> {
          cell.selected(work);
          cell.serve(work);
        }
        case TURN -> {
          cell.selected(work);
          signals.clear(Signals.WOKEN_UP);   // there is nobody to be told of demand
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

  /** Waits, within {@code emit}, until there is demand; does meanwhile what others want. */
  void awaitDemand() {
    while (half.demand() <= 0) {
      serve();
      if (half.demand() > 0) return;
      half.wakeAllConsumers();   // also those that rest until there are more events
      awaitInGenerator(WaitState.Kind.DEMAND);
    }
  }

  private void awaitInGenerator(WaitState.Kind what) {
    boolean hasTimer = !incarnations.isServing() && incarnations.timers() != null && !incarnations.timers().isEmpty();
    try {
      cell.driver().await(hasTimer ? new WaitState.Timer(what, incarnations.timers().nextNanos()) : what);
    } catch (InterruptedException e) {
      if (cell.shouldExit()) throw new CancellationException("stage " + cell.path() + " is to stop");
      // Whoever of us interrupts a stage tells it why beforehand.
      throw new IllegalStateException("stage " + cell.path() + " was interrupted while it awaited " + what
          + ", by neither its supervisor nor its handle", e);
    }
    cell.throwUnanswered();
  }
}
