package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import stage.api.ConsumerAware;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageFactory;
import stage.api.StopReason;
import stage.api.TimerAction;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.bridge.OnNotify;
import stage.runtime.mailbox.Mailbox;
import stage.runtime.mailbox.Message;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;

/**
 * The incarnations of one cell, and their turns: makes behaviours, runs user code, and commits or undoes what it did.
 * The cell's thread only, but for what says otherwise.
 *
 * @param <S> the behaviour's type
 */
final class Incarnations<S extends Stage.Behaviour> {
  private static final int MOST_TIMERS = 100_000;   // of one incarnation: one that sets a timer for each event leaks

  /** User code to run. */
  interface Turn {
    void run() throws Exception;
  }

  /** Why a generator has to leave its one turn: because of a message that was served within {@code emit}. */
  private sealed interface Interruption {
    /** The message, or a timer, has crashed. */
    record Crashed(Activity during, Throwable cause) implements Interruption {}

    /** The generator gets another behaviour. */
    record Replaced(Message.Replace by) implements Interruption {}
  }

  private final Cell<S> cell;
  private final Signals signals;
  private final Handover handover;
  private final StageMemory memory;
  private final GeneratorTurn turn;      // null but for a generator
  private StageFactory<? extends S> factory;
  private volatile int incarnation;      // read by any thread
  private S behaviour;                   // null before the first incarnation and between two
  private final BehaviourMaker<S> maker;
  private S stopping;                    // while its onStop runs
  private Role role;
  private IdleClock idleClock;           // the role's; null if it has none
  private Timers timers;                 // null until there was a timer
  private BridgeResource kept;                     // null but for a bridge
  private Message.Request asked;         // the call that is being run; null if there is none
  private Interruption interruption;     // why a generator has to leave its one turn; null if it has not
  private boolean serving;               // a message or a timer is being run; in a generator, within emit

  Incarnations(Cell<S> cell, Signals signals, StageFactory<? extends S> factory) {
    this.cell = cell;
    this.signals = signals;
    this.handover = new Handover(cell.driver(), cell.steps(), cell.graph().time());
    this.memory = new StageMemory(cell.port());
    this.turn = cell.isGenerator() ? new GeneratorTurn(cell, this) : null;
    this.maker = new BehaviourMaker<>(cell);
    this.factory = factory;
  }

  Handover handover() {
    return handover;
  }

  /** {@return what a role works with} Made for each, for they are few, and not kept. */
  CellParts parts() {
    return new CellParts(cell.consumerHalf(), cell.producerHalf(), memory, handover, turn, cell.options().redelivery());
  }

  StageMemory memory() {
    return memory;
  }

  /** Any thread. */
  int incarnation() {
    return incarnation;
  }

  /** {@return makes its behaviours} */
  BehaviourMaker<S> maker() {
    return maker;
  }

  Role role() {
    return role;
  }

  /** {@return the timers; null if there never was one} */
  Timers timers() {
    return timers;
  }

  /** {@return whether there is no behaviour: before the first, between two, and after the last} */
  boolean hasNoIncarnation() {
    return behaviour == null;
  }

  boolean isServing() {
    return serving;
  }

  // ---- incarnations

  /** Makes the next behaviour and starts it. */
  void incarnate() throws Throwable {
    incarnate(factory);
  }

  /** Makes a behaviour and starts it; the old one, if any, stays as it was if that fails. */
  private void incarnate(StageFactory<? extends S> factory) throws Throwable {
    Timers oldTimers = timers;
    timers = null;
    if (incarnation > 0) cell.driver().rename(cell.threadName(incarnation + 1));
    BehaviourMaker.Made<S> made;
    try {
      made = maker.make(factory, incarnation + 1);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      timers = oldTimers;
      memory.rollback();
      cell.driver().rename(cell.steps().threadName());
      throw failure;
    }
    memory.commit();
    incarnation++;
    this.factory = factory;
    behaviour = made.behaviour();
    play(made.role());
    if (cell.isConsumer()) cell.consumerHalf().reincarnated();
    if (cell.producerHalf() != null) cell.producerHalf().tellsOfConsumers(behaviour instanceof ConsumerAware<?>);
  }

  private void play(Role next) {
    role = next;
    idleClock = next == null ? null : next.idleClock();
  }

  /** Runs what the behaviour was notified for. */
  void notified() {
    signals.answer(Signals.NOTIFIED, () -> {
      if (behaviour instanceof OnNotify notified) run(Activity.NOTIFICATION, () -> notified.onNotify(role.outlet()));
    });
  }

  /** Tells the behaviour of the first consumer of those that came or left. */
  void tellOf(ConsumerNews news) {
    ConsumerNews.Item first = news.first();
    run(first.callback(), () -> {
      news.told();
      tell(first);
    });
  }

  @SuppressWarnings("unchecked")   // the behaviour's own outlet
  private void tell(ConsumerNews.Item item) throws Exception {
    var aware = (ConsumerAware<Object>) behaviour;
    if (item.isComing()) aware.onConsumerSubscribed(ConsumerNews.given(item.lane()), outlet());
    else aware.onConsumerLeft(ConsumerNews.given(item.lane()), outlet());
  }

  /**
   * {@return the clock that tells the behaviour when nothing has come for a while; null if it does not want to know}
   */
  IdleClock idleClock() {
    return idleClock;
  }

  /** Lets the clock run or stand still, and tells the behaviour if nothing has come for a while. */
  void nothingComes(boolean awaitsEvents, long nowNanos) {
    IdleClock clock = role.idleClock();
    clock.run(awaitsEvents, nowNanos);
    if (!clock.isDue(nowNanos)) return;
    clock.ring();
    run(Activity.ON_IDLE, () -> clock.stage().onIdle(role.outlet()));
  }

  @SuppressWarnings("unchecked")   // a cell keeps one thing
  <T extends BridgeResource> T kept(Supplier<T> first) {
    if (kept == null) kept = first.get();
    return (T) kept;
  }

  /** There will be no other incarnation. */
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
    if (role != null) role.redeliver(redelivery, cause);
    letBehaviourGo(new StopReason.Crashed(cause));
  }

  /**
   * As {@link #abandon}, but it is not what was in hand that has made it crash: that is delivered again as it was
   * given.
   */
  void forgive(Throwable cause) {
    timers = null;
    forgetMessageCrash();
    if (role != null) role.forgive();
    letBehaviourGo(new StopReason.Crashed(cause));
  }

  /** Not a replacement, whose caller waits for it. */
  private void forgetMessageCrash() {
    if (interruption instanceof Interruption.Crashed) interruption = null;
  }

  private void letBehaviourGo(StopReason reason) {
    S old = behaviour;
    behaviour = null;
    if (old != null) stop(old, reason);
    if (old != null) maker.madeWay(old);   // last: it takes memory, and where there is none only a warning is missed
  }

  /**
   * The incarnation ends in good order, and another one will follow: what a turn of it has left undone is delivered
   * again as usual.
   */
  void retire(StopReason reason) {
    timers = null;
    forgetMessageCrash();
    if (role != null) role.forgive();
    letBehaviourGo(reason);
  }

  /** The incarnation goes on, and skips what it was doing. */
  void resume(Throwable cause) {
    if (behaviour == null) throw new IllegalStateException("there is no behaviour to go on with", cause);
    forgetMessageCrash();
    if (cell.isGenerator()) play(Roles.of(behaviour, parts()));   // its loop was left, so it begins again
    role.skip(cause);
  }

  /** {@return whether there is something to skip} A generator's loop cannot go on where it was. */
  boolean canSkip(Activity during) {
    if (behaviour == null || during.endsIncarnation() || cell.isGenerator()) return false;
    return serving || role.hasCrashedBatch() || during.isSkippable();
  }

  /** The last incarnation is over. */
  void stop(StopReason reason) {
    letBehaviourGo(reason);
  }

  /**
   * This thread has taken the place of one that did not come back from user code: undoes what that one was doing. Its
   * behaviour gets no {@code onStop}, because that thread may still be in it.
   */
  void recover(Throwable killed) {
    serving = false;
    Interruption interrupted = interruption;
    interruption = null;
    timers = null;
    memory.recover();
    if (asked != null) asked.fail(killed);
    asked = null;
    if (interrupted instanceof Interruption.Replaced(var by)) by.fail(killed);
    if (role != null) role.rollback();
    S old = behaviour;
    maker.drop();
    releaseBehaviours();
    if (old != null) maker.madeWay(old);   // last, as above
  }

  /**
   * Undoes a turn that was left without being committed or undone, because the engine itself failed. Does nothing if
   * there is none.
   */
  void undo(Throwable failure) {
    serving = false;
    if (asked != null) asked.fail(failure);
    asked = null;
    if (role != null) role.rollback();
    memory.rollback();
  }

  /**
   * Forgets the behaviour and all that holds it, without {@code onStop}. Needs no memory. The incarnation is about to
   * crash.
   */
  void dropBehaviour() {
    maker.drop();
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

  /** Forgets the behaviour for good. Its cell has ended and takes no more incarnations. */
  void letGo() {
    factory = null;
    releaseBehaviours();   // there is one only if the engine itself has failed
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

  // ---- turns

  /** Takes the role's own turn; there is one. */
  void turn() {
    if (signals.has(Signals.WOKEN_UP)) {
      signals.answer(Signals.WOKEN_UP, role::wakeUp);
      if (signals.has(Signals.PAUSED) || cell.isAccumulating() || !role.hasTurn()) return;
    }
    Thread.interrupted();   // left over from an earlier turn
    if (cell.shouldExit()) return;   // its interrupt may just have been cleared, and is not sent twice
    beginTurn();
    try {
      role.turn();
      // A generator that has to make way may clean up and return: that completes nothing.
      if (isLeaving()) throw new CancellationException("stage " + cell.path() + " has left its turn");
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      role.rollback();
      memory.rollback();
      turnFailed(failure);
      return;
    }
    commit();
  }

  /** Every subscription that was accepted before this counts in the turn. */
  private void beginTurn() {
    ProducerHalf<?> half = cell.producerHalf();
    if (half != null && half.hasLaneNews()) half.meetLanes();
    role.beginTurn();
  }

  /** Publishes and settles what a turn did. */
  private void commit() {
    try {
      role.commit();
    } catch (Throwable failure) {
      memory.rollback();
      role.rollback();   // a dispatcher's rule is wrong, and nothing was published
      cell.lifecycle().crash(role.callback(), failure);
    }
  }

  private void turnFailed(Throwable failure) {
    Interruption because = interruption;
    if (because instanceof Interruption.Crashed(var during, var cause)) {
      cell.lifecycle().crash(during, cause);
    } else if (because instanceof Interruption.Replaced(var by)) {
      interruption = null;
      replaceBehaviour(by);
    } else if (cell.shouldExit()) {
      suppress(failure);
      Thread.interrupted();
      if (signals.has(Signals.STOPPED) && !signals.has(Signals.CANCELLED))
        cell.lifecycle().stopTakingTurns(new StopReason.Stopped());
    } else {
      cell.lifecycle().crash(role.callback(), failure);
    }
  }

  private void suppress(Throwable failure) {
    boolean isForTheInterrupt = failure instanceof InterruptedException || failure instanceof CancellationException;
    if (!isForTheInterrupt) cell.owner().news().suppressed(cell, failure);
  }

  /** Forgets an old interrupt, but for the one of a cancel: that is sent once. */
  void clearInterrupt() {
    if (Thread.interrupted() && cell.shouldExit()) Thread.currentThread().interrupt();
  }

  /** Runs user code of a message or a timer as a turn. What it throws is a crash. */
  void run(Activity what, Turn body) {
    beginTurn();
    runBegun(what, body);
  }

  private void runBegun(Activity what, Turn body) {
    boolean hadCompleted = cell.isRunning() && role.isCompleted();
    Throwable failure = attemptBegun(what, body);
    if (failure == null) return;
    if (cell.shouldExit()) {
      suppress(failure);
      return;
    }
    if (hadCompleted) {
      // it is about to end; another incarnation would not know that it has done all there was to do
      cell.lifecycle().suppress(what, failure);
      return;
    }
    if (isGenerating()) {
      interruption = new Interruption.Crashed(what, failure);
      throw new CancellationException("stage " + cell.path() + " has crashed in " + what);
    }
    cell.lifecycle().crash(what, failure);
  }

  /** {@return what the body threw, in which case its effects are undone; else null} */
  Throwable attempt(Activity what, Turn body) {
    beginTurn();
    return attemptBegun(what, body);
  }

  /**
   * As {@link #attempt}, of a turn that has begun: so what its user code is given was not taken out before that was
   * done, which may throw.
   */
  private Throwable attemptBegun(Activity what, Turn body) {
    clearInterrupt();
    boolean wasServing = serving;
    boolean within = isGenerating();
    serving = true;
    if (within) memory.putAside();
    Throwable failure = null;
    try {
      handover.enter(what);
      try {
        body.run();
        memory.asksForMore(role.asksForMore());
      } finally {
        handover.leave(what);
      }
      role.commit();
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable thrown) {
      role.rollback();
      memory.rollback();
      failure = thrown;
    } finally {
      serving = wasServing;
      if (within) {
        memory.takeUp();
        clearInterrupt();   // what a caller's function has left is not the generator's
      }
    }
    return failure;
  }

  /** Handles the oldest message: runs what it brings as a turn, or changes the behaviour. */
  void handle(Mailbox mailbox) {
    if (behaviour == null) {   // stopped between two incarnations
      Message late = mailbox.take();
      if (late != null) late.refuse(cell.endReason());
      return;
    }
    Message message = mailbox.peek();
    if (message == null) return;   // it was withdrawn since the look
    // Nobody can know when a stage completes, so to come too late must not crash it: this is as a cast to one that has
    // ended.
    boolean emits = message instanceof Message.CastEmit || message instanceof Message.CallEmit;
    boolean comesTooLate = emits && (!cell.isRunning() || role.isCompleted());
    boolean isTurn = !comesTooLate && !(message instanceof Message.Replace);
    if (isTurn) beginTurn();   // it asks the dispatcher's rule: should that throw, the message is there still
    boolean taken = mailbox.take(message);
    if (isTurn && !taken) role.rollback();
    if (comesTooLate && taken) message.refuse(endReasonToCome());
    if (comesTooLate || !taken) return;
    switch (message) {
      case Message.Call call -> answer(call, () -> call.function.apply(behaviour));
      case Message.CallEmit call -> answer(call, () -> call.function.apply(behaviour, outlet()));
      case Message.Cast cast -> runBegun(Activity.CAST, () -> cast.action.accept(behaviour));
      case Message.CastEmit cast -> runBegun(Activity.CAST, () -> cast.action.accept(behaviour, outlet()));
      case Message.Replace replace -> {
        if (!isGenerating()) {
          replaceBehaviour(replace);
        } else {
          interruption = new Interruption.Replaced(replace);
          throw new CancellationException("stage " + cell.path() + " gets another behaviour");
        }
      }
    }
  }

  private void answer(Message.Request call, Callable<Object> function) {
    Object[] answer = {null};
    asked = call;
    Throwable failure = attemptBegun(Activity.CALL, () -> answer[0] = function.call());
    asked = null;
    if (failure == null) call.answer(answer[0]);
    else call.fail(failure);
  }

  /** {@return why the cell ends} It ends, or its outlet is completed and it will. */
  private StopReason endReasonToCome() {
    StopReason known = cell.endReason();
    return known == null ? new StopReason.Completed() : known;
  }

  @SuppressWarnings("unchecked")
  private Outlet<Object> outlet() {
    return (Outlet<Object>) role.outlet();
  }

  private void replaceBehaviour(Message.Replace replace) {
    if (!cell.isRunning()) {
      replace.refuse(cell.endReason());
      return;
    }
    S old = behaviour;
    asked = replace;
    try {
      @SuppressWarnings("unchecked")
      var typed = (StageFactory<? extends S>) replace.factory;
      incarnate(typed);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      // its generate() was left for the new one, so it begins again
      if (cell.isGenerator()) play(Roles.of(old, parts()));
      asked = null;
      replace.fail(maker.during().text(), failure);
      return;
    }
    stop(old, new StopReason.Replaced());
    asked = null;
    replace.answer(null);
  }

  // ---- a generator's one turn, which messages may end

  /** {@return whether it has to end because of a message: one that crashed, or a replacement} */
  boolean isLeaving() {
    return interruption != null;
  }

  boolean isGenerating() {
    return cell.isGenerator() && role.isGenerating();
  }

  // ---- states and timers

  /** {@return the tasks of this cell; null if it hands no event to threads of their own} Any thread. */
  Tasks<?, ?> tasks() {
    return cell.isConsumer() ? cell.consumerHalf().tasks() : null;
  }

  /** Takes in what tasks have done. */
  void collectTasks() {
    signals.answer(Signals.TASKS_FINISHED, () -> {
      if (role instanceof TaskRole<?, ?> taskRole) run(Activity.TASKS, taskRole::collect);
    });
  }

  /** In the middle of a turn: publishes, keeps states, and settles the next events of a batch. */
  void commitPoint(LaneInlet<?> inlet, int events, boolean asksForMore) {
    memory.asksForMore(asksForMore);
    memory.prepare();
    role.commitOutput();
    boolean opened = role.commitGates();
    boolean more = inlet.settleNext(events);
    try {
      memory.commit();
    } finally {
      if (opened) cell.consumerHalf().fenceAndWakeProducers();
      if (more) {
        VarHandle.fullFence();   // pairs with the announcement of the producer's driver
        inlet.lane().wakeProducer();
      }
    }
    inlet.tellGivenUp();
  }

  /** Runs what user code, on the cell's own thread, asks the engine to do. */
  void inEngine(Runnable what) {
    handover.leave();
    try {
      what.run();
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      handover.enter();
      throw failure;
    }
    handover.enter();
  }

  StageContext.Timer addTimer(TimerAction action, long delayNanos, long periodNanos) {
    Timers.Due[] due = {null};
    inEngine(() -> {
      if (timers == null) timers = new Timers();
      if (timers.waiting() >= MOST_TIMERS) {
        throw new IllegalStateException("stage " + cell.path() + " has " + MOST_TIMERS + " timers already, which is the"
            + " most; cancel those it needs no longer, or set one timer for the next of many times");
      }
      due[0] = timers.add(action, cell.graph().time().nanos() + delayNanos, periodNanos);
    });
    return () -> {
      cell.ensureOwnThread("cancel() of a timer");
      due[0].cancel();
    };
  }

  void dropTimers() {
    timers = null;
  }
}
