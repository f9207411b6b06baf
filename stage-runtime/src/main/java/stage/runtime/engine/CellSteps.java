package stage.runtime.engine;

import stage.api.StopReason;
import stage.api.TimerAction;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;
import stage.runtime.time.Probe;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/**
 * The steps of one cell: each looks for the most urgent {@link Work} and does it. The cell's thread only, but for what
 * says otherwise.
 *
 * <p>{@link WorkSelector} only looks, so that a driver can ask again after announcing that it is about to park.
 */
final class CellSteps implements StepMachine, ContextPropagation.Surrounded {
  private final Cell<?> cell;
  // written by the cell's constructor: a cell's driver must know its machine before there is anything to step
  private Incarnations<?> incarnations;
  private Lifecycle lifecycle;
  private WorkSelector selector;
  private ContextPropagation context;      // null if the scope carries none
  private long nowNanos;
  private Throwable unanswered;            // what a step or a look threw and is not dealt with yet; null otherwise
  private int chores;                      // of a generator: its thread, or the one that has borrowed it

  CellSteps(Cell<?> cell) {
    this.cell = cell;
  }

  /** The cell has all of its parts. In its constructor. */
  void complete(ContextPropagation around) {
    incarnations = cell.incarnations();
    lifecycle = cell.lifecycle();
    selector = new WorkSelector(cell, lifecycle);
    context = around;
  }

  /** {@return its emitting part; null for consumers} */
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
    // of a dispatcher's rule: the carrier can do nothing about it, but the next step can
    } catch (Throwable failure) {
      unanswered = failure;
      return true;
    }
  }

  /** Throws what the look before parking threw, if it did: on behalf of user code that waits within a step. */
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
  public boolean givesWay() {
    return cell.isConsumer() && lifecycle.runs() && incarnations.role().givesWay();
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
      // another thread may still be in the behaviour, so it is not a crash: what recovers is done again
      if (lifecycle.isTakenOver() && failure instanceof OutOfMemoryError) return WaitState.Kind.READY;
      // User code is run where its exceptions are caught; what gets here came from a dispatcher's rule, is our own
      // fault, or tells of a full heap.
      return crashed(failure);
    }
  }

  /** There is nothing to do: threads that wait for an event would wait in vain. */
  private WaitState idle() {
    Tasks<?, ?> tasks = incarnations.tasks();
    if (tasks != null) tasks.dismissWaiting();
    return selector.idle();
  }

  /**
   * Undoes what the step had begun, and crashes. With a full heap even that may fail, as often as it likes: the next
   * step does it then.
   */
  private WaitState crashed(Throwable failure) {
    unanswered = failure;
    try {
      incarnations.undo(failure);
      lifecycle.crash(Activity.DISPATCHER, failure);
      unanswered = null;
    } catch (Handover.Refused refused) {
      return WaitState.Kind.REPLACED;
    } catch (OutOfMemoryError again) {   // not kept: it says what is known already
      // it may be what fills the heap, and there is nothing to run its onStop with
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
    else guard(() -> context.run(() -> guard(steps)));
  }

  private void guard(Runnable steps) {
    try {
      steps.run();
    } catch (Throwable broken) {
      if (!outlives(broken)) throw broken;
    }
  }

  /** Otherwise callers would wait forever for a dead thread. */
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

  // ---- as what is put around incarnations knows it

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
    if (work == Work.TURN) incarnations.turn();   // most often by far, and in a method that the compiler inlines
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

  /** That is being done now, within a turn. */
  void selected(Work work) {
    selector.selected(work);
  }

  /** Does work that a generator does within {@code emit} too. */
  void serve(Work work) {
    switch (work) {
      case MAIL -> incarnations.handle(cell.mailbox());
      case CONSUMERS -> cell.signals().answer(Signals.CONSUMER_LEFT, this::meetConsumers);
      case CANCEL_SUBSCRIPTION -> cell.signals().answer(Signals.CANCEL_ASKED, this::cancelSubscription);
      case SUBSCRIBED -> {
        LaneInlet<?> inlet = cell.consumerHalf().newcomer(incarnations.incarnation());
        if (inlet != null) tellOf(inlet);
      }
      case TIMER -> {
        TimerAction action = incarnations.timers().takeDue(nowNanos);
        incarnations.run(Activity.TIMER, action::run);
      }
      case FLUSH -> {
        dropOlder();
        producerHalf().flush();
      }
      case INTAKE -> cell.signals().answer(Signals.HANDED_IN, producerHalf().intakeDoor()::accept);
      case START, CANCEL, STOP, HOLD, RELEASE, KILL, LEAVE, TASKS, CONSUMER_NEWS, NOTIFY, IDLE, COMPLETE, TURN,
          SUBSCRIPTION_ENDED, FINISH, NOTHING ->
          throw new IllegalStateException(work + " is not to be served");
    }
    if (producerHalf() != null) producerHalf().tellDropped();   // a generator may be in its one turn for ever
  }

  /**
   * What does not need the behaviour of a generator, on behalf of its thread, which is in user code. What throws is
   * left for that thread to find.
   */
  void doChores() {
    if (unanswered != null || lifecycle.hasEnded()) return;
    try {
      if (cell.signals().has(Signals.CONSUMER_LEFT) || producerHalf().hasLaneNews())
        cell.signals().answer(Signals.CONSUMER_LEFT, this::meetConsumers);
      while (producerHalf().canFlush()) producerHalf().flush();
    } catch (Throwable failure) {
      unanswered = failure;
    }
    chores++;
  }

  /** {@return how often other threads have done its chores, so that demand may have changed in between} */
  int chores() {
    return chores;
  }

  private void dropOlder() {
    IntakeDoor<?> door = producerHalf().intakeDoor();
    if (door != null) door.dropOlder();
  }

  private void meetConsumers() {
    dropOlder();
    producerHalf().meetLanes();
    if (cell.endsWithItsConsumer() && producerHalf().laneCount() == 0) cell.stop();
  }

  private void cancelSubscription() {
    LaneInlet<?> inlet = selector.toCancel();
    if (inlet != null && !inlet.isCancelled()) lifecycle.cutInput();
    if (inlet != null) cell.consumerHalf().leave(inlet);
    // one more, or one whose events are still being worked on
    if (cell.consumerHalf().hasCancelled()) cell.signals().set(Signals.CANCEL_ASKED);
  }

  private void tellOf(LaneInlet<?> inlet) {
    inlet.beginGreeting();
    try {
      incarnations.run(Activity.ON_SUBSCRIBE, () -> incarnations.role().subscribed(inlet));
    } finally {
      inlet.endGreeting();
      inlet.lane().wakeProducer();   // not on the subscribing thread, which may hold the lock
    }
  }
}
