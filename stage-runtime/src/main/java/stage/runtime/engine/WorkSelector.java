package stage.runtime.engine;

import stage.runtime.lane.Ending;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.WaitState;

/**
 * Finds what a cell has to do next. It changes nothing, so that a driver can ask again after announcing that it is
 * about to park. The cell's thread only.
 */
final class WorkSelector {
  private final Cell<?> cell;
  private final Lifecycle lifecycle;
  private final Signals signals;
  private final Incarnations<?> incarnations;
  private Work last = Work.NOTHING;      // what the last step did
  private Around served = Around.TURN;   // the kind of work that had the last turn
  private int lettersAtTheEnd;           // messages read since nothing but the end was left to do

  /** The kinds of work that take turns. */
  private enum Around {
    MAIL,
    TIMER,
    FLUSH,
    INTAKE,
    NOTIFY,
    ENDS,
    TURN;

    private static final Around[] ALL = values();
  }

  WorkSelector(Cell<?> cell, Lifecycle lifecycle) {
    this.cell = cell;
    this.lifecycle = lifecycle;
    this.signals = cell.signals();
    this.incarnations = cell.incarnations();
  }

  /** Notes what is done now. */
  void selected(Work work) {
    last = work;
    switch (work) {
      case MAIL -> {
        served = Around.MAIL;
        lettersAtTheEnd = isEnding() ? lettersAtTheEnd + 1 : 0;
      }
      case TIMER -> served = Around.TIMER;
      case FLUSH -> served = Around.FLUSH;
      case INTAKE -> served = Around.INTAKE;
      case NOTIFY -> served = Around.NOTIFY;
      case SUBSCRIPTION_ENDED, COMPLETE -> served = Around.ENDS;
      case TURN -> {
        served = Around.TURN;
        lettersAtTheEnd = 0;
      }
      case START -> lettersAtTheEnd = 0;
      case CANCEL, STOP, HOLD, RELEASE, KILL, LEAVE, TASKS, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, CONSUMER_NEWS,
          FINISH, NOTHING -> {
      }
    }
  }

  private boolean isEnding() {
    return lifecycle.phase() instanceof Phase.Draining
        || incarnations.role() != null && incarnations.role().isCompleted() || lifecycle.hasInputEnded()
        || signals.has(Signals.DRAINED);
  }

  /** {@return what was done last} */
  Work last() {
    return last;
  }

  /** {@return the most urgent work} Changes nothing. */
  Work look(long nowNanos) {
    int told = signals.bits();
    if ((told & Signals.CANCELLED) != 0) return Work.CANCEL;
    return lifecycle.runs() ? lookWhileRunning(told, nowNanos)
        : lookWhileNotRunning(lifecycle.phase(), told, nowNanos);
  }

  private Work lookWhileNotRunning(Phase phase, int told, long nowNanos) {
    return switch (phase) {
      case Phase.Starting starting -> {
        if (incarnations.incarnation() == 0) yield Work.START;
        if ((told & Signals.STOPPED) != 0) yield Work.STOP;
        if ((told & Signals.HELD) != 0) yield Work.HOLD;
        yield (told & Signals.DRAINED) != 0 && !expectsMore() ? Work.STOP : Work.START;
      }
      case Phase.BackingOff(var untilNanos) -> {
        if ((told & Signals.STOPPED) != 0) yield Work.STOP;
        if ((told & Signals.HELD) != 0) yield Work.HOLD;
        if ((told & Signals.DRAINED) != 0 && !expectsMore()) yield Work.STOP;
        yield nowNanos - untilNanos >= 0 ? Work.START : Work.NOTHING;
      }
      case Phase.Held held -> {
        if ((told & Signals.STOPPED) != 0) yield Work.STOP;
        if ((told & Signals.HELD) != 0) yield Work.HOLD;
        // A drain has given up the restart for which the stage was held, but the events in hand must still be handled.
        if ((told & Signals.DRAINED) != 0) yield expectsMore() ? Work.RELEASE : Work.STOP;
        yield (told & Signals.RELEASED) != 0 ? Work.RELEASE : Work.NOTHING;
      }
      case Phase.Running running -> lookWhileRunning(told, nowNanos);
      case Phase.Draining draining -> lookWhileDraining(told);
      case Phase.Ended endedPhase -> Work.NOTHING;
    };
  }

  // A stage that moves events looks three times a turn, and nearly always finds only a turn. That case comes first, in
  // methods short enough for the compiler to inline early.

  private Work lookWhileRunning(int told, long nowNanos) {
    if (told != 0 || hasOtherThanTurns(nowNanos)) return lookAtAll(told, nowNanos);
    return incarnations.role().hasTurn() ? Work.TURN : lookAtIdleClock(nowNanos);
  }

  /** {@return whether there may be anything to do besides turns} To be asked only if no signal is set. */
  private boolean hasOtherThanTurns(long nowNanos) {
    ConsumerHalf consumerHalf = cell.consumerHalf();
    ProducerHalf<?> producerHalf = cell.producerHalf();
    return consumerHalf != null && consumerHalf.hasInletNews()
        || producerHalf != null
            && (producerHalf.hasOtherThanDemand() || canGrant() || incarnations.role().isCompleted())
        || cell.hasMail() || isTimerDue(nowNanos) || lifecycle.hasInputEnded() || incarnations.isServing();
  }

  private Work lookAtAll(int told, long nowNanos) {
    ConsumerHalf consumerHalf = cell.consumerHalf();
    if ((told & Signals.TASKS_FINISHED) != 0) return Work.TASKS;   // no more come before this stage takes a turn
    boolean stopped = (told & Signals.STOPPED) != 0;
    Tasks<?, ?> tasks = incarnations.tasks();
    // The threads that handle its events are part of its turn, and a stop lets a turn end.
    if (stopped && (tasks == null || tasks.isIdle())) return Work.STOP;
    // A stage that has done everything ends, held or not: another incarnation would not know that it has.
    if ((told & (Signals.HELD | Signals.KILLED)) != 0 && !incarnations.role().isCompleted()) {
      return (told & Signals.HELD) != 0 ? Work.HOLD : Work.KILL;
    }
    if ((told & Signals.LEAVES) != 0) return Work.LEAVE;
    // Before the mail, so that a call made after a subscription finds a stage that knows of it; and before the
    // subscription's first events.
    if (consumerHalf != null && consumerHalf.hasInletNews()) return Work.SUBSCRIBED;
    if (incarnations.role().isCompleted()) return mayReadOn() ? Work.MAIL : Work.COMPLETE;
    if (cell.producerHalf() != null && cell.producerHalf().news() != null) return Work.CONSUMER_NEWS;
    Work comings = lookForComings(told);
    if (comings != Work.NOTHING && last != comings) return comings;
    Work work = lookAround(told, nowNanos);
    return work == Work.NOTHING ? comings : work;
  }

  private Work lookForComings(int told) {
    ProducerHalf<?> half = cell.producerHalf();
    if ((told & Signals.CONSUMER_LEFT) != 0 || half != null && half.hasLaneNews()) return Work.CONSUMERS;
    if ((told & (Signals.CANCEL_ASKED | Signals.DRAINED)) != 0 && toCancel() != null) return Work.CANCEL_SUBSCRIPTION;
    return Work.NOTHING;
  }

  // Any kind of work may be endless: messages may come as fast as they are read, a timer may be due again when it has
  // run, events may never stop. So the kinds take turns, and the look begins after the kind that was served last.

  private Work lookAround(int told, long nowNanos) {
    for (int i = 1; i <= Around.ALL.length; i++) {
      int at = served.ordinal() + i;
      Work work = look(Around.ALL[at < Around.ALL.length ? at : at - Around.ALL.length], told, nowNanos);
      if (work != Work.NOTHING) return work;
    }
    return lookAtIdleClock(nowNanos);
  }

  private Work lookAtIdleClock(long nowNanos) {
    if (!incarnations.hasIdleClock()) return Work.NOTHING;
    return incarnations.idleClock().hasWork(awaitsEvents(), nowNanos) ? Work.IDLE : Work.NOTHING;
  }

  private Work look(Around kind, int told, long nowNanos) {
    ProducerHalf<?> half = cell.producerHalf();
    boolean paused = (told & Signals.PAUSED) != 0 || cell.isAccumulating();
    return switch (kind) {
      case MAIL -> !incarnations.isServing() && cell.hasMail() ? Work.MAIL : Work.NOTHING;
      case TIMER -> !incarnations.isServing() && isTimerDue(nowNanos) ? Work.TIMER : Work.NOTHING;
      case FLUSH -> half != null && half.canFlush() ? Work.FLUSH : Work.NOTHING;
      case INTAKE -> (told & Signals.HANDED_IN) != 0 || canGrant() ? Work.INTAKE : Work.NOTHING;
      case NOTIFY -> (told & Signals.NOTIFIED) != 0 && !paused ? Work.NOTIFY : Work.NOTHING;
      case ENDS -> cell.consumerHalf() == null ? Work.NOTHING : lookForEnds(told);
      case TURN -> {
        if ((told & Signals.WOKEN_UP) != 0) yield Work.TURN;
        if (paused || lifecycle.hasInputEnded() && !goesOn()) yield Work.NOTHING;
        // While a message emits for a generator, what counts is the demand it waits for, not whether generate should be
        // called.
        yield (incarnations.isServing() ? half.demand() > 0 : incarnations.role().hasTurn()) ? Work.TURN : Work.NOTHING;
      }
    };
  }

  private Work lookForEnds(int told) {
    ConsumerHalf consumerHalf = cell.consumerHalf();
    if (lifecycle.hasInputEnded() && !goesOn()) return mayReadOn() ? Work.MAIL : Work.COMPLETE;
    if ((told & Signals.INPUT_ENDED) != 0 && consumerHalf.ended(isStuck()) != null) return Work.SUBSCRIPTION_ENDED;
    if ((told & Signals.DRAINED) == 0 || incarnations.role().hasTurn()) return Work.NOTHING;
    ProducerHalf<?> half = cell.producerHalf();
    if (half != null && half.hasLaneNews()) return Work.NOTHING;   // meet them first: they may want its events
    // The consumers that would take its events are not there and, in a drain, will not come.
    if (half != null && half.awaitsSomebody()) return mayReadOn() ? Work.MAIL : Work.STOP;
    if (incarnations.role().lingers()) return Work.NOTHING;
    if (consumerHalf.hasNoInlets() && !goesOn()) return mayReadOn() ? Work.MAIL : Work.COMPLETE;
    return Work.NOTHING;
  }

  /** {@return whether a stage about to end has a message to read} It reads what has arrived, but not forever. */
  private boolean mayReadOn() {
    return !incarnations.isServing() && lettersAtTheEnd < cell.mailboxCapacity() && cell.hasMail();
  }

  /** {@return whether it has output left; in a drain, only output that a consumer can take counts} */
  boolean goesOn() {
    if (!incarnations.memory().hasMore()) return false;
    ProducerHalf<?> half = cell.producerHalf();
    return half == null || half.laneCount() > 0 || !signals.has(Signals.DRAINED);
  }

  /** {@return whether it cannot handle events now, so that waiting until they are handled is pointless} */
  boolean isStuck() {
    return signals.has(Signals.PAUSED) || incarnations.role().isShut()
        || cell.producerHalf() != null && cell.producerHalf().demand() == 0 && !incarnations.role().takesAhead();
  }

  private Work lookWhileDraining(int told) {
    ProducerHalf<?> half = cell.producerHalf();
    if ((told & Signals.HELD) != 0) return Work.HOLD;
    if ((told & Signals.KILLED) != 0) return Work.KILL;
    boolean mail = cell.hasMail();
    // otherwise a flood of messages would keep emitted events from being delivered
    if (mail && last != Work.MAIL) return Work.MAIL;
    Work delivery = half == null ? Work.FINISH : lookForDelivery(told, half);
    return mail && delivery == Work.NOTHING || delivery == Work.FINISH && mayReadOn() ? Work.MAIL : delivery;
  }

  private static Work lookForDelivery(int told, ProducerHalf<?> half) {
    if ((told & Signals.CONSUMER_LEFT) != 0 || half.hasLaneNews()) return Work.CONSUMERS;
    if (half.canFlush()) return Work.FLUSH;
    if (half.isAccumulating()) return Work.NOTHING;   // it completed before any consumer was there
    // A stage that has completed waits for consumers of its backlog; one that was told to stop does not.
    boolean isDelivered =
        (told & (Signals.STOPPED | Signals.DRAINED)) != 0 ? half.isDeliveredToAllThere() : half.isDelivered();
    if (half.laneCount() == 0 || isDelivered && half.isSettled()) return Work.FINISH;
    return Work.NOTHING;
  }

  private boolean isTimerDue(long nowNanos) {
    return incarnations.hasTimers() && incarnations.timers().isDue(nowNanos);
  }

  private boolean canGrant() {
    IntakeDoor<?> door = cell.producerHalf() == null ? null : cell.producerHalf().intakeDoor();
    return door != null && door.canGrant();
  }

  /**
   * {@return a subscription to give up: one to cancel or, when the supervisor drains, an idle one to a producer outside
   * of the supervisor}
   */
  LaneInlet<?> toCancel() {
    ConsumerHalf consumerHalf = cell.consumerHalf();
    if (consumerHalf == null) return null;
    LaneInlet<?> cancelled = consumerHalf.cancelled();
    return cancelled != null || !signals.has(Signals.DRAINED) ? cancelled : consumerHalf.outsider();
  }

  /**
   * {@return whether a draining consumer has an event to handle, a subscription that may bring one, or a completion to
   * be told of}
   */
  private boolean expectsMore() {
    if (lifecycle.hasInputEnded() || goesOn()) return true;
    for (LaneInlet<?> inlet : cell.consumerHalf().inlets()) {
      Ending ending = inlet.lane().ending();   // before the events are looked for: it is written after the last of them
      if (inlet.lane().available() > 0 || ending instanceof Ending.Completed) return true;
      if (ending == null && endsWith(inlet)) return true;
    }
    return false;
  }

  /** {@return whether the producer of a subscription ends together with this cell, which then waits for its end} */
  private boolean endsWith(LaneInlet<?> inlet) {
    Cell<?> producer = Cell.at(inlet.lane().producer());
    return cell.owner().supervision().endsWith(producer.owner().supervision());
  }

  /** {@return what it waits for} Only when there is nothing to do. */
  WaitState idle() {
    if (!lifecycle.runs()) return idleWhileNotRunning(lifecycle.phase());
    WaitState.Kind what = idleWhileRunning();
    boolean keepsTime = incarnations.hasTimers() || incarnations.hasIdleClock();
    return keepsTime ? withTimer(what, incarnations.timers(), incarnations.idleClock()) : what;
  }

  private static WaitState withTimer(WaitState.Kind what, Timers timers, IdleClock idleClock) {
    boolean hasTimer = timers != null && !timers.isEmpty();
    if (idleClock == null || !idleClock.isSet()) return hasTimer ? new WaitState.Timer(what, timers.nextNanos()) : what;
    boolean ringsFirst = !hasTimer || idleClock.ringsAt() - timers.nextNanos() < 0;
    return new WaitState.Timer(what, ringsFirst ? idleClock.ringsAt() : timers.nextNanos());
  }

  private WaitState idleWhileNotRunning(Phase phase) {
    // no switch over patterns: it would be linked at the first backoff or hold, and fail for good on a full heap
    if (phase instanceof Phase.BackingOff backingOff)
      return new WaitState.Timer(WaitState.Kind.BACKOFF, backingOff.untilNanos());
    if (phase instanceof Phase.Held) return WaitState.Kind.RELEASE;
    if (phase instanceof Phase.Draining)
      return cell.producerHalf().isDelivered() ? WaitState.Kind.SETTLEMENT : WaitState.Kind.DEMAND;
    if (phase instanceof Phase.Running) return idleWhileRunning();
    throw new IllegalStateException("a cell that is " + phase + " does not wait");
  }

  private WaitState.Kind idleWhileRunning() {
    boolean takesNoTurns = signals.has(Signals.PAUSED) || cell.isAccumulating();
    return takesNoTurns ? WaitState.Kind.MAIL : incarnations.role().idle();
  }

  /**
   * {@return whether all that a consumer lacks is events: they are asked for, and wanted further down} Only when there
   * is nothing to do.
   */
  boolean awaitsEvents() {
    if (signals.has(Signals.PAUSED) || incarnations.role().idle() != WaitState.Kind.EVENTS) return false;
    boolean isHeldUp = cell.producerHalf() != null && cell.producerHalf().demand() == 0;
    if (isHeldUp && !incarnations.role().takesAhead()) return false;
    for (LaneInlet<?> inlet : cell.consumerHalf().inlets())
      if (inlet.isPaused() || inlet.lane().unsent() == 0) return false;
    return true;
  }
}
