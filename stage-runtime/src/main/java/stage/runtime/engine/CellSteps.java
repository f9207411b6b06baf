package stage.runtime.engine;

import stage.api.StopReason;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;
import stage.runtime.time.Probe;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/**
 * The steps of one cell: each looks for the most urgent {@link Work} and does it. The cell's thread only, except where
 * a method says otherwise.
 *
 * <p>{@link WorkSelector} changes nothing, so that a driver can ask again after announcing that it is about to park.
 */
final class CellSteps implements StepMachine, ContextPropagation.Surrounded {
  private final Cell<?> cell;
  // written by the cell's constructor: the driver must know its machine before there is anything to step
  private Incarnations<?> incarnations;
  private Lifecycle lifecycle;
  private WorkSelector selector;
  private ContextPropagation context;      // null if the scope carries none
  private long nowNanos;
  private Throwable unanswered;            // thrown by a step or a look and not dealt with yet; null otherwise
  private int chores;                      // of a generator; written by its thread or the one that has borrowed it

  CellSteps(Cell<?> cell) {
    this.cell = cell;
  }

  /** Takes the parts of the cell, which are complete. In the cell's constructor. */
  void complete(ContextPropagation around) {
    incarnations = cell.incarnations();
    lifecycle = cell.lifecycle();
    selector = new WorkSelector(cell, lifecycle);
    context = around;
  }

  /** {@return the cell's emitting half; null for consumers} */
  private ProducerHalf<?> producerHalf() {
    return cell.producerHalf();
  }

  /** {@return whose steps these are} */
  Cell<?> cell() {
    return cell;
  }

  /** {@return whether it has output left to emit before it completes} */
  boolean goesOn() {
    return selector.goesOn();
  }

  @Override
  public WaitState waitsFor(WaitState before) {
    return selector.idle();
  }

  @Override
  public boolean isReady(long nowNanos) {
    if (unanswered != null) return true;
    try {
      return selector.look(nowNanos) != Work.NOTHING;
    // from a dispatcher's rule: the driver can do nothing about it, but the next step can
    } catch (Throwable failure) {
      unanswered = failure;
      return true;
    }
  }

  /** Throws what the look before parking threw, if anything, to user code that waits within a step. */
  void throwUnanswered() {
    Throwable failure = unanswered;
    unanswered = null;
    if (failure != null) CellSteps.<RuntimeException>sneak(failure);
  }

  @SuppressWarnings("unchecked")   // a user's rule may have thrown anything, in spite of its signature
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }

  @Override
  public boolean isWatched() {
    return cell.isWatched();
  }

  @Override
  public Object waitBegins(WaitState.Kind what) {
    Probe probe = cell.probe();
    return probe == null ? null : probe.waitBegins(path(), what);
  }

  @Override
  public Object turnBegins(Activity what) {
    Probe probe = cell.probe();
    return probe == null ? null : probe.turnBegins(path(), what);
  }

  @Override
  public void ends(Object begun) {
    Probe probe = cell.probe();
    if (probe != null) probe.ends(begun);
  }

  @Override
  public ClassLoader contextClassLoader() {
    return cell.owner().services().contextClassLoader();
  }

  @Override
  public String threadName() {
    return cell.threadName(Math.max(1, incarnations.incarnation()));
  }

  @Override
  public boolean keepsTime() {
    if (incarnations.hasTimers()) return true;
    return lifecycle.runs() ? incarnations.hasIdleClock() : lifecycle.phase() instanceof Phase.BackingOff;
  }

  @Override
  public boolean wantsRest(Time time) {
    return cell.isConsumer() && lifecycle.runs() && incarnations.role().wantsRest(time);
  }

  @Override
  public boolean mayRest() {
    return cell.signals().bits() == 0 && !cell.hasMail() && incarnations.role().mayRest();
  }

  @Override
  public WaitState step(long nowNanos) {
    this.nowNanos = nowNanos;
    if (!lifecycle.runs() && lifecycle.hasEnded() && unanswered == null) return WaitState.Kind.DONE;
    try {
      if (lifecycle.isTakenOver()) {
        recover();
        return lifecycle.hasEnded() ? WaitState.Kind.DONE : WaitState.Kind.READY;
      }
      if (unanswered != null) return crashed(unanswered);
      Work work = selector.look(nowNanos);
      if (context != null && context.mustReenter(work)) return WaitState.Kind.REENTRY;
      return work == Work.NOTHING ? idle() : perform(work);
    } catch (Handover.Refused refused) {
      return WaitState.Kind.REPLACED;
    } catch (Throwable failure) {
      // another thread may still be in the behaviour, so it is not a crash: the recovery is repeated
      if (lifecycle.isTakenOver() && failure instanceof OutOfMemoryError) return WaitState.Kind.READY;
      // Exceptions of user code are caught where it is run. What gets here comes from a dispatcher's rule, from a bug
      // of the engine, or from a full heap.
      return crashed(failure);
    }
  }

  /** There is nothing to do: ends the threads that wait for an event in vain. */
  private WaitState idle() {
    Tasks<?, ?> tasks = incarnations.tasks();
    if (tasks != null) tasks.dismissWaiting();
    return WaitState.Kind.IDLE;
  }

  /**
   * Undoes what the step had begun, and crashes. With a full heap even that may fail, any number of times: then the
   * next step tries again.
   */
  private WaitState crashed(Throwable failure) {
    unanswered = failure;
    try {
      incarnations.undo(failure);
      lifecycle.crash(Activity.DISPATCHER, failure);
      unanswered = null;
    } catch (Handover.Refused refused) {
      return WaitState.Kind.REPLACED;
    } catch (OutOfMemoryError again) {   // not kept: it says nothing new
      // the behaviour may be what fills the heap, and there is no memory to run its onStop
      incarnations.dropBehaviour();
    } catch (Throwable beyondHelp) {
      if (beyondHelp != failure) beyondHelp.addSuppressed(failure);
      incarnations.dropBehaviour();
      lifecycle.collapse(beyondHelp);
      unanswered = null;
      return WaitState.Kind.DONE;
    }
    return WaitState.Kind.READY;
  }

  @Override
  public String describe() {
    return CellTrace.of(lifecycle.phase(), cell.signals(), cell.mailSize(), cell.consumerHalf(), producerHalf());
  }

  @Override
  public String lastStep() {
    return CellTrace.of(selector.last(), lifecycle.phase());
  }

  @Override
  public boolean hasAround() {
    return context != null;
  }

  @Override
  public void around(Runnable steps) {
    if (context == null) guard(steps);
    else guard(new Runnable() {
      @Override
      public void run() {
        context.run(new Guarded(steps));
      }
    });
  }

  /** Steps within the context. */
  private final class Guarded implements Runnable {
    private final Runnable steps;

    Guarded(Runnable steps) {
      this.steps = steps;
    }

    @Override
    public void run() {
      guard(steps);
    }
  }

  private void guard(Runnable steps) {
    try {
      steps.run();
    } catch (Throwable broken) {
      if (!outlives(broken)) throw broken;
    }
  }

  /** Ends the cell if its thread is about to die: otherwise callers would wait for it forever. */
  @Override
  public boolean outlives(Throwable broken) {
    if (!isCurrent()) return false;   // the end of a simulation, for instance
    lifecycle.collapse(broken);
    return true;
  }

  private void recover() {
    if (context != null) context.isOutside();
    lifecycle.recover();
  }

  // ---- for the context that is put around incarnations

  @Override
  public String path() {
    return cell.path();
  }

  @Override
  public boolean isCurrent() {
    return cell.driver().isCurrent();
  }

  @Override
  public boolean startsAnIncarnation() {
    Phase phase = lifecycle.phase();
    boolean mayStart = phase instanceof Phase.Starting || phase instanceof Phase.BackingOff;
    return mayStart && !lifecycle.isTakenOver() && lookNow() == Work.START;
  }

  @Override
  public boolean hasNoIncarnation() {
    return incarnations.hasNoIncarnation();
  }

  @Override
  public void startFailed(Throwable failure) {
    lifecycle.startFailed(failure);
  }

  @Override
  public void report(String what, Throwable failure) {
    cell.report(what, failure);
  }

  // ---- work

  /** {@return the most urgent work at this instant} */
  Work lookNow() {
    nowNanos = cell.graph().time().nanos();
    return selector.look(nowNanos);
  }

  private WaitState perform(Work work) {
    selector.selected(work);
    if (work == Work.TURN) incarnations.turn();   // by far the most frequent; this method is small enough to inline
    else performOther(work);
    if (producerHalf() != null) producerHalf().tellDropped();
    return lifecycle.runs() || !lifecycle.hasEnded() ? WaitState.Kind.READY : WaitState.Kind.DONE;
  }

  private void performOther(Work work) {
    switch (work) {
      case START -> {
        if (context != null) context.starts();
        lifecycle.start();
      }
      case CANCEL -> lifecycle.cancel();
      case STOP -> lifecycle.stopTakingTurns(new StopReason.Stopped());
      case HOLD -> lifecycle.hold();
      case TASKS -> incarnations.collectTasks();
      case RELEASE -> lifecycle.release();
      case KILL -> lifecycle.kill();
      case LEAVE -> lifecycle.leave();
      case COMPLETE -> lifecycle.completeInput();
      case CONSUMER_NEWS -> incarnations.tellOf(producerHalf().news());
      case NOTIFY -> incarnations.notified();
      case IDLE -> incarnations.nothingComes(selector.awaitsEvents(), nowNanos);
      case TURN -> incarnations.turn();
      case SUBSCRIPTION_ENDED -> {
        LaneInlet<?> inlet = cell.consumerHalf().ended(selector.isStuck());
        if (inlet != null) lifecycle.subscriptionEnded(inlet);
      }
      case FINISH -> lifecycle.finishDraining();
      case MAIL, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, TIMER, FLUSH, INTAKE -> serve(work);
      case NOTHING -> throw new IllegalStateException("there is nothing to do");
    }
  }

  /** Notes what is done now, within a turn. */
  void selected(Work work) {
    selector.selected(work);
  }

  /** Does the kinds of work that a generator also does within {@code emit}. */
  void serve(Work work) {
    switch (work) {
      case MAIL -> incarnations.handle(cell.mailbox());
      case CONSUMERS -> cell.signals().answer(Signals.CONSUMER_LEFT, new MeetConsumers());
      case CANCEL_SUBSCRIPTION -> cell.signals().answer(Signals.CANCEL_ASKED, new CancelSubscription());
      case SUBSCRIBED -> {
        LaneInlet<?> inlet = cell.consumerHalf().newcomer(incarnations.incarnation());
        if (inlet != null) tellOf(inlet);
      }
      case TIMER -> incarnations.ring(nowNanos);
      case FLUSH -> {
        dropOlder();
        producerHalf().flush();
      }
      case INTAKE -> cell.signals().answer(Signals.HANDED_IN, producerHalf().intakeDoor());
      case START, CANCEL, STOP, HOLD, RELEASE, KILL, LEAVE, TASKS, CONSUMER_NEWS, NOTIFY, IDLE, COMPLETE, TURN,
          SUBSCRIPTION_ENDED, FINISH, NOTHING ->
          throw new IllegalStateException(work + " is not to be served");
    }
    if (producerHalf() != null) producerHalf().tellDropped();   // a generator may be in its one turn forever
  }

  /**
   * Does work of a generator that does not need its behaviour, while its thread is in user code. If it throws, that
   * thread finds the exception.
   */
  final class Chores implements Runnable {
    @Override
    public void run() {
      if (unanswered != null || lifecycle.hasEnded()) return;
      try {
        if (cell.signals().has(Signals.CONSUMER_LEFT) || producerHalf().hasLaneNews())
          cell.signals().answer(Signals.CONSUMER_LEFT, new MeetConsumers());
        while (producerHalf().canFlush()) producerHalf().flush();
      } catch (Throwable failure) {
        unanswered = failure;
      }
      chores++;
    }
  }

  /** {@return how often another thread has done this work: each time, demand may have changed} */
  int chores() {
    return chores;
  }

  private void dropOlder() {
    IntakeDoor<?> door = producerHalf().intakeDoor();
    if (door != null) door.dropOlder();
  }

  private final class MeetConsumers implements Runnable {
    @Override
    public void run() {
      dropOlder();
      producerHalf().meetLanes();
      if (cell.endsWithItsConsumer() && producerHalf().laneCount() == 0) cell.stop();
    }
  }

  private final class CancelSubscription implements Runnable {
    @Override
    public void run() {
      LaneInlet<?> inlet = selector.toCancel();
      if (inlet != null && !inlet.isCancelled()) lifecycle.cutInput();
      if (inlet != null) cell.consumerHalf().leave(inlet);
      // another one, or one with events still being worked on
      if (cell.consumerHalf().hasCancelled()) cell.signals().set(Signals.CANCEL_ASKED);
    }
  }

  private void tellOf(LaneInlet<?> inlet) {
    inlet.beginGreeting();
    try {
      incarnations.run(Activity.ON_SUBSCRIBE, new Turns.Turn() {
        @Override
        public void run() throws Exception {
          incarnations.role().subscribed(inlet);
        }
      });
    } finally {
      inlet.endGreeting();
      inlet.lane().wakeProducer();   // not by the subscribing thread, which may hold the lock
    }
  }
}
