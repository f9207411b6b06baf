package stage.runtime.engine;

import java.lang.ref.WeakReference;
import java.util.function.Supplier;
import stage.api.ConsumerAware;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageFactory;
import stage.api.StopReason;
import stage.api.TimerAction;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.mailbox.Message;
import stage.runtime.time.Activity;

/**
 * The incarnations of one cell: has behaviours made, replaces them, and lets them go. It takes their {@linkplain Turns
 * turns} itself. The cell's thread only, except where a method says otherwise.
 *
 * @param <S> the behaviour's type
 */
final class Incarnations<S extends Stage.Behaviour> extends Turns<S> {
  private static final int MOST_TIMERS = 100_000;   // per incarnation: a stage that sets one for each event leaks

  private volatile BehaviourMaker<S> maker;   // of a start that runs or failed, else null; read by any thread
  private StageFactory<? extends S> factory;
  private volatile int incarnation;   // read by any thread
  private S stopping;                 // while its onStop runs
  private Timers timers;              // null until the first timer is set
  private BridgeResource kept;        // null but for a bridge
  private WeakReference<Object> before;   // the behaviour whose place the next start takes; null if there is none
  private boolean gated;              // whether its behaviours are; written before the first start is over
  private boolean warned;             // whether it was warned that a factory returns the same behaviour again

  Incarnations(Cell<S> cell, StageFactory<? extends S> factory) {
    super(cell);
    this.factory = factory;
  }

  /** {@return what a role works with} Made for each role, since there are few, and not kept. */
  CellParts parts() {
    return new CellParts(cell.consumerHalf(), cell.producerHalf(), memory, handover, generatorTurn,
        cell.options().redelivery());
  }

  /** Any thread. */
  int incarnation() {
    return incarnation;
  }

  // ---- starts

  /** {@return whether a behaviour is starting and should have started by now} Any thread. */
  boolean isOverdue() {
    BehaviourMaker<S> there = maker;
    return there != null && there.isOverdue();
  }

  /** {@return whether onStart is running} */
  boolean isInOnStart() {
    return maker != null && maker.isInOnStart();
  }

  /** {@return what the failed start was running: the factory or onStart} */
  Activity startedIn() {
    return maker == null ? Activity.ON_START : maker.during();
  }

  /** {@return whether behaviours ask only for events they are permitted} Any thread that knows of a start. */
  boolean isGated() {
    return gated;
  }

  /** Sets how all behaviours ask for events, as the first one has said. */
  void gated(boolean gated) {
    this.gated = gated;
  }

  /** {@return the behaviour whose place the next start takes; null if there is none} */
  WeakReference<Object> before() {
    return before;
  }

  /** This cell is started in place of one of the same spec that has ended. Before its thread is started. */
  void follows(WeakReference<Object> last) {
    before = last;
  }

  /** Remembers a behaviour whose place the next one takes, without keeping it alive. */
  private void madeWay(S old) {
    before = new WeakReference<>(old);
  }

  /**
   * Warns if a factory returns the behaviour that has just crashed, whose fields may hold what the crash left behind.
   * It is not refused, because a behaviour whose fields never change does no harm. A lambda has no fields that change.
   */
  void warnIfNotNew(S fresh) {
    if (warned || before == null || !before.refersTo(fresh) || fresh.getClass().isHidden()) return;
    warned = true;
    cell.owner().news().madeAgain(cell, fresh);
  }

  private void dropStarting() {
    if (maker != null) maker.drop();
  }

  @Override
  boolean hasTimers() {
    return timers != null;
  }

  @Override
  Timers timers() {
    return timers;
  }

  /** {@return whether there is no behaviour: before the first, between two, and after the last} */
  boolean hasNoIncarnation() {
    return behaviour == null;
  }

  /** {@return the tasks of this cell; null if it hands no event to threads of their own} Any thread. */
  Tasks<?, ?> tasks() {
    return cell.isConsumer() ? cell.consumerHalf().tasks() : null;
  }

  // ---- incarnations

  /** Makes the next behaviour and starts it. */
  void incarnate() throws Throwable {
    incarnate(factory);
  }

  /** Makes a behaviour and starts it. If that fails, the old one, if any, stays as it was. */
  private void incarnate(StageFactory<? extends S> factory) throws Throwable {
    Timers oldTimers = timers;
    timers = null;
    if (incarnation > 0) cell.driver().resetThread(cell.threadName(incarnation + 1));
    BehaviourMaker.Made<S> made;
    try {
      maker = new BehaviourMaker<>(cell);
      made = maker.make(factory, incarnation + 1);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      timers = oldTimers;
      memory.rollback();
      cell.driver().resetThread(cell.steps().threadName());
      throw failure;
    }
    memory.commit();
    maker = null;
    incarnation++;
    this.factory = factory;
    behaviour = made.behaviour();
    play(made.role());
    if (cell.isConsumer()) cell.consumerHalf().reincarnated();
    if (cell.producerHalf() != null) cell.producerHalf().tellsOfConsumers(behaviour instanceof ConsumerAware<?>);
  }

  @SuppressWarnings("unchecked")   // a cell keeps one thing
  <T extends BridgeResource> T kept(Supplier<T> first) {
    if (kept == null) kept = first.get();
    return (T) kept;
  }

  /** Tells a bridge that there will be no other incarnation. */
  void over(StopReason reason) {
    if (kept == null) return;
    BridgeResource last = kept;
    kept = null;
    try {
      handover.enter();
      try {
        last.over(reason);
      } finally {
        handover.leave();
      }
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      cell.report("a bridge of stage " + cell.path() + " threw when it was told of the end", failure);
    }
  }

  /** The incarnation has crashed and another one will follow: lanes, demand, backlog, mailbox and states stay. */
  void abandon(Redelivery redelivery, Throwable cause) {
    timers = null;
    forgetMessageCrash();
    if (role() != null) role().redeliver(redelivery, cause);
    letBehaviourGo(new StopReason.Crashed(cause));
  }

  /**
   * As {@link #abandon}, when the crash was not caused by the batch in hand: that is delivered again as it was given.
   */
  void forgive(Throwable cause) {
    timers = null;
    forgetMessageCrash();
    if (role() != null) role().forgive();
    letBehaviourGo(new StopReason.Crashed(cause));
  }

  private void letBehaviourGo(StopReason reason) {
    S old = behaviour;
    // what has told this thread to stop may still be about to interrupt it, and would interrupt onStop
    if (old != null) cell.owner().services().awaitInterrupts();
    behaviour = null;
    if (old != null) stop(old, reason);
    if (old != null) madeWay(old);   // last: it takes memory, and without it only a warning is missed
  }

  /**
   * The incarnation ends in good order, and another one will follow: events that a turn left unhandled are delivered
   * again as usual.
   */
  void retire(StopReason reason) {
    timers = null;
    forgetMessageCrash();
    if (role() != null) role().forgive();
    letBehaviourGo(reason);
  }

  /** The incarnation goes on, and skips what it was doing. */
  void resume(Throwable cause) {
    if (behaviour == null) throw new IllegalStateException("there is no behaviour to go on with", cause);
    forgetMessageCrash();
    if (cell.isGenerator()) play(Roles.of(behaviour, parts()));   // its loop was left, so it starts over
    role().skip(cause);
  }

  /** {@return whether the failed activity can be skipped} A generator's loop cannot go on where it was. */
  boolean canSkip(Activity during) {
    if (behaviour == null || during.endsIncarnation() || cell.isGenerator()) return false;
    return isServing() || role().hasCrashedBatch() || during.isSkippable();
  }

  /** The last incarnation is over. */
  void stop(StopReason reason) {
    letBehaviourGo(reason);
  }

  /**
   * Undoes what a thread was doing that did not return from user code, and whose place this thread has taken. The
   * behaviour gets no {@code onStop}, because the other thread may still be in it.
   */
  void recover(Throwable killed) {
    timers = null;
    memory.recover();
    abandonMessage(killed);
    abandonInterruption(killed);
    if (role() != null) role().rollback();
    S old = behaviour;
    dropStarting();
    releaseBehaviours();
    if (old != null) madeWay(old);   // last, as above
  }

  /**
   * Undoes a turn that was neither committed nor undone, because the engine itself failed. Does nothing if there is
   * none.
   */
  void undo(Throwable failure) {
    abandonMessage(failure);
    if (role() != null) role().rollback();
    memory.rollback();
  }

  /**
   * Forgets the behaviour and everything that holds it, without {@code onStop}. Takes no memory. The incarnation is
   * about to crash.
   */
  void dropBehaviour() {
    dropStarting();
    releaseBehaviours();
    play(null);
    timers = null;
    forgetMessageCrash();
  }

  private void releaseBehaviours() {
    if (stopping != null) cell.graph().release(stopping);
    if (behaviour != null) cell.graph().release(behaviour);
    behaviour = null;
    stopping = null;
  }

  /** Forgets the behaviour for good. The cell has ended and takes no more turns. */
  void letGo() {
    factory = null;
    releaseBehaviours();   // there is one only if the engine itself failed
    play(null);
    timers = null;
    memory.letGo();
    if (cell.producerHalf() != null) cell.producerHalf().letGo();
    if (cell.isConsumer()) cell.consumerHalf().letGo();
  }

  private void stop(S old, StopReason reason) {
    Thread.interrupted();
    stopping = old;
    try {
      handover.enter(Activity.ON_STOP);
      try {
        old.onStop(reason);
      } finally {
        handover.leave(Activity.ON_STOP);
      }
      memory.commit();
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      memory.rollback();
      cell.report("onStop of stage " + cell.path() + " threw", failure);
    }
    stopping = null;
    cell.graph().release(old);
  }

  @Override
  void replaceBehaviour(Message.Replace replace) {
    if (!cell.isRunning()) {
      asks(null);
      replace.refuse(cell.endReason());
      return;
    }
    S old = behaviour;
    asks(replace);
    try {
      @SuppressWarnings("unchecked")
      var typed = (StageFactory<? extends S>) replace.factory;
      incarnate(typed);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      // its generate() was left to make way for the new one, so it starts over
      if (cell.isGenerator()) play(Roles.of(old, parts()));
      asks(null);
      replace.fail(startedIn().text(), failure);
      return;
    }
    stop(old, new StopReason.Replaced());
    asks(null);
    replace.answer(null);
  }

  // ---- timers

  StageContext.Timer addTimer(TimerAction action, long delayNanos, long periodNanos) {
    var timer = new NewTimer(action, delayNanos, periodNanos);
    inEngine(timer);
    return timer;
  }

  /** A timer as its user sees it; cancelled on the stage's own thread only. */
  private final class NewTimer implements StageContext.Timer, Runnable {
    private final TimerAction action;
    private final long delayNanos;
    private final long periodNanos;
    private Timers.Due due;

    NewTimer(TimerAction action, long delayNanos, long periodNanos) {
      this.action = action;
      this.delayNanos = delayNanos;
      this.periodNanos = periodNanos;
    }

    @Override
    public void run() {
      if (timers == null) timers = new Timers();
      if (timers.waiting() >= MOST_TIMERS) {
        throw new IllegalStateException("stage " + cell.path() + " has " + MOST_TIMERS + " timers already, which is the"
            + " most; cancel those it needs no longer, or set one timer for the next of many times");
      }
      due = timers.add(action, cell.graph().time().nanos() + delayNanos, periodNanos);
    }

    @Override
    public void cancel() {
      cell.ensureOwnThread("cancel() of a timer");
      due.cancel();
    }
  }

  void dropTimers() {
    timers = null;
  }
}
