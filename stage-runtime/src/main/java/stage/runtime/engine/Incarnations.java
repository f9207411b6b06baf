package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
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
import stage.api.internal.Described;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.bridge.DemandLimit;
import stage.runtime.bridge.OnNotify;
import stage.runtime.mailbox.Mailbox;
import stage.runtime.mailbox.Message;
import stage.runtime.mailbox.Signals;

/**
 * The incarnations of one cell, and their turns: makes behaviours, runs user code, and commits or undoes what it did.
 * The cell's thread only, but for what says otherwise.
 *
 * @param <S> the behaviour's type
 */
final class Incarnations<S extends Stage.Behaviour> {
  /** User code to run. */
  interface Turn {
    void run() throws Exception;
  }

  private final Cell<S> cell;
  private final Signals signals;
  private final Handover fence;
  private StageFactory<? extends S> factory;
  private volatile int incarnation;      // read by any thread
  private S behaviour;                   // null before the first incarnation and between two
  private S starting;                    // while its onStart runs
  // from then on until it has started; null for one that hands its events to threads of their own
  private Role startingRole;
  private volatile StartLimit limit;     // while one starts; null without a limit; read by any thread
  private S stopping;                    // while its onStop runs
  private Role role;
  private IdleClock idleClock;           // the role's; null if it has none
  private Timers timers;                 // null until there was a timer
  private States states;                 // null until there was one
  private Letters letters;               // null until an operator has given up on something that it held
  private BridgeResource kept;                     // null but for a bridge
  private boolean gated;                 // whether all its behaviours are; written before the first start is over
  // whether there was something left for onMore after the last good turn or commit point
  private boolean hasMore;
  private boolean asksForMore;           // the same as the turn that is running has said
  // set once; read by any thread; null but for a stage that hands each event to a thread of its own
  private volatile Tasks<?, ?> tasks;
  private boolean serving;               // a message or a timer is being run; in a generator, within emit
  private Message.Request asked;           // the call that is being run; null if there is none
  private Throwable messageCrash;        // what threw there, in a generator
  private String messageThatCrashed;     // what that was
  private Message.Replace replacement;   // what a generator is to make way for

  Incarnations(Cell<S> cell, Signals signals, StageFactory<? extends S> factory) {
    this.cell = cell;
    this.signals = signals;
    this.fence = new Handover(cell.driver(), cell, cell.graph().time());
    this.factory = factory;
  }

  Handover fence() {
    return fence;
  }

  /** Any thread. */
  int incarnation() {
    return incarnation;
  }

  /** {@return whether an incarnation is starting, and should have started by now} Any thread. */
  boolean isStartOverdue() {
    StartLimit there = limit;
    return there != null && there.isExpired();
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

  /** {@return whether onStart is running} */
  boolean isInOnStart() {
    return starting != null;
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
    limit = StartLimit.begin(cell);
    if (incarnation > 0) cell.driver().rename(cell.threadName(incarnation + 1));
    Throwable failure = null;
    try {
      start(factory);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (limit != null) failure = limit.end(failure);
    limit = null;
    S fresh = starting;
    starting = null;
    if (failure != null) {
      if (fresh != null) cell.graph().release(fresh);
      timers = oldTimers;
      startingRole = null;
      rollbackStates();
      cell.driver().rename(cell.threadName());
      throw failure;
    }
    Role freshRole = startingRole != null ? startingRole : Role.of(fresh, cell);
    startingRole = null;
    commitStates();
    incarnation++;
    this.factory = factory;
    behaviour = fresh;
    play(freshRole);
    if (cell.isConsumer()) cell.consumerHalf().reincarnated();
    if (cell.producerHalf() != null) cell.producerHalf().tellsOfConsumers(fresh instanceof ConsumerAware<?>);
  }

  private void play(Role next) {
    role = next;
    idleClock = next == null ? null : next.idleClock();
  }

  private void start(StageFactory<? extends S> factory) throws Exception {
    S fresh;
    fence.enter("the factory");
    try {
      fresh = factory.create();
    } finally {
      fence.leave();
    }
    if (Bridges.isDescription(fresh)) fresh = bridge(fresh);
    if (fresh == null) throw new IllegalStateException(
        "the factory of stage " + cell.path() + " returned null; it must make a new behaviour");
    if (incarnation == 0) gated = fresh instanceof DemandLimit;
    if (gated && !(fresh instanceof DemandLimit)) {
      throw new IllegalStateException(
          "stage " + cell.path() + " hands its events to a subscriber, whose requests are all that is asked for; a "
          + fresh.getClass().getName() + " would never get an event");
    }
    if (cell.isGenerator() && fresh instanceof ConsumerAware<?>) {
      throw new IllegalStateException("stage " + cell.path() + " is a generator, which cannot be told of its consumers; "
          + fresh.getClass().getName() + " implements ConsumerAware, so make it a Stage.Producer");
    }
    if (!cell.graph().claim(fresh)) {
      throw new IllegalStateException(
          "the factory of stage " + cell.path() + " returned a behaviour that is in use already, a "
          + fresh.getClass().getName() + "; it must make a new one each time");
    }
    starting = fresh;
    // The role of one that hands its events to threads of their own decides at once how they are handled; if it failed
    // to start, that would stay so.
    boolean hasTasks = Role.hasTasks(fresh);
    startingRole = hasTasks ? null : Role.of(fresh, cell);
    fence.enter("onStart");
    try {
      fresh.onStart(new CellContext(cell, incarnation + 1, startingRole == null ? null : startingRole.outlet()));
      asksForMore = startingRole != null && startingRole.asksForMore();
    } finally {
      fence.leave("onStart");
    }
  }

  @SuppressWarnings("unchecked")   // the spec of a bridge names the contract, not the class
  private S bridge(S described) {
    return (S) Bridges.find().behaviourOf(((Described) described).description());
  }

  /**
   * {@return whether its behaviour asks for events only as it is permitted to} Any thread that knows it has started.
   */
  boolean isGated() {
    return gated;
  }

  /** Runs what a nudge is for. */
  void notified() {
    signals.answer(Signals.NOTIFIED, () -> {
      if (behaviour instanceof OnNotify notified) run("a bridge", () -> notified.onNotify(role.outlet()));
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
    run("onIdle", () -> clock.stage().onIdle(role.outlet()));
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
      fence.enter();
      try {
        last.over(reason);
      } finally {
        fence.leave();
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
    messageCrash = null;
    if (role != null) role.redeliver(redelivery, cause);
    letBehaviourGo(new StopReason.Crashed(cause));
  }

  /**
   * As {@link #abandon}, but it is not what was in hand that has made it crash: that is delivered again as it was
   * given.
   */
  void forgive(Throwable cause) {
    timers = null;
    messageCrash = null;
    if (role != null) role.forgive();
    letBehaviourGo(new StopReason.Crashed(cause));
  }

  private void letBehaviourGo(StopReason reason) {
    S old = behaviour;
    behaviour = null;
    if (old != null) stop(old, reason);
  }

  /**
   * The incarnation ends in good order, and another one will follow: what a turn of it has left undone is delivered
   * again as usual.
   */
  void retire(StopReason reason) {
    timers = null;
    messageCrash = null;
    if (role != null) role.forgive();
    letBehaviourGo(reason);
  }

  /** The incarnation goes on, and skips what it was doing. */
  void resume(Throwable cause) {
    if (behaviour == null) throw new IllegalStateException("there is no behaviour to go on with", cause);
    messageCrash = null;
    if (cell.isGenerator()) play(Role.of(behaviour, cell));   // its loop was left, so it begins again
    role.skip(cause);
  }

  /** {@return whether there is something to skip} A generator's loop cannot go on where it was. */
  boolean canSkip(String during) {
    if (behaviour == null || during.equals("kill") || during.equals("onStart")) return false;
    if (cell.isGenerator()) return false;
    return serving || role.hasCrashedBatch() || during.equals("a cast") || during.equals("a timer")
        || during.equals("onSubscribe") || during.equals("onConsumerSubscribed") || during.equals("onConsumerLeft");
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
    limit = null;
    serving = false;
    messageCrash = null;
    timers = null;
    if (states != null) states = states.committedOnly();
    asksForMore = hasMore;
    if (letters != null) letters.rollback();
    if (asked != null) asked.fail(killed);
    asked = null;
    if (replacement != null) replacement.fail(killed);
    replacement = null;
    if (role != null) role.rollback();
    for (S each : Arrays.asList(starting, stopping, behaviour)) if (each != null) cell.graph().release(each);
    starting = null;
    stopping = null;
    behaviour = null;
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
    rollbackStates();
  }

  /**
   * Forgets the behaviour and all that holds it, without {@code onStop}. Needs no memory. The incarnation is about to
   * crash.
   */
  void dropBehaviour() {
    if (starting != null) cell.graph().release(starting);
    if (stopping != null) cell.graph().release(stopping);
    if (behaviour != null) cell.graph().release(behaviour);
    behaviour = null;
    starting = null;
    stopping = null;
    play(null);
    timers = null;
    messageCrash = null;
  }

  /** Forgets the behaviour for good. Its cell has ended and takes no more incarnations. */
  void letGo() {
    factory = null;
    behaviour = null;
    play(null);
    timers = null;
    states = null;
    tasks = null;
    if (cell.producerHalf() != null) cell.producerHalf().letGo();
    if (cell.isConsumer()) cell.consumerHalf().letGo();
  }

  private void stop(S old, StopReason reason) {
    Thread.interrupted();
    stopping = old;
    try {
      fence.enter("onStop");
      try {
        old.onStop(reason);
      } finally {
        fence.leave("onStop");
      }
      commitStates();
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      rollbackStates();
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
    Thread.interrupted();   // what was left over from an earlier turn is nobody's business now
    if (cell.shouldExit()) return;   // its interrupt may just have been cleared, and is not sent twice
    beginTurn();
    try {
      role.turn();
      // A generator that was told to make way may clean up and return: that completes nothing.
      if (isLeaving()) throw new CancellationException("stage " + cell.path() + " has left its turn");
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      role.rollback();
      rollbackStates();
      turnFailed(failure);
      return;
    }
    commit(role.callback());
  }

  /** Every subscription that was accepted before this counts in the turn. */
  private void beginTurn() {
    ProducerHalf<?> half = cell.producerHalf();
    if (half != null && half.hasLaneNews()) half.meetLanes();
    role.beginTurn();
  }

  /** Publishes and settles what a turn did. */
  private boolean commit(String during) {
    try {
      role.commit();
      return true;
    } catch (Throwable failure) {
      rollbackStates();
      role.rollback();   // a dispatcher's rule is wrong, and nothing was published
      cell.lifecycle().crash(during, failure);
      return false;
    }
  }

  private void turnFailed(Throwable failure) {
    if (messageCrash != null) {
      cell.lifecycle().crash(messageThatCrashed, messageCrash);
    } else if (replacement != null) {
      Message.Replace asked = replacement;
      replacement = null;
      replaceBehaviour(asked);
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
    if (!isForTheInterrupt) cell.owner().suppressed(cell, failure);
  }

  /** Forgets an old interrupt, but for the one of a cancel: that is sent once. */
  void clearInterrupt() {
    if (Thread.interrupted() && cell.shouldExit()) Thread.currentThread().interrupt();
  }

  /** Runs user code of a message or a timer as a turn. What it throws is a crash. */
  void run(String what, Turn body) {
    beginTurn();
    runBegun(what, body);
  }

  private void runBegun(String what, Turn body) {
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
      messageCrash = failure;
      messageThatCrashed = what;
      throw new CancellationException("stage " + cell.path() + " has crashed in " + what);
    }
    cell.lifecycle().crash(what, failure);
  }

  /** {@return what the body threw, in which case its effects are undone; else null} */
  Throwable attempt(String what, Turn body) {
    beginTurn();
    return attemptBegun(what, body);
  }

  /**
   * As {@link #attempt}, of a turn that has begun: so what its user code is given was not taken out before that was
   * done, which may throw.
   */
  private Throwable attemptBegun(String what, Turn body) {
    clearInterrupt();
    boolean wasServing = serving;
    boolean within = isGenerating();
    serving = true;
    if (within && states != null) states.putAside();
    Throwable failure = null;
    try {
      fence.enter(what);
      try {
        body.run();
        asksForMore = role.asksForMore();
      } finally {
        fence.leave(what);
      }
      role.commit();
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable thrown) {
      role.rollback();
      rollbackStates();
      failure = thrown;
    } finally {
      serving = wasServing;
      if (within && states != null) states.takeUp();
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
      case Message.Cast cast -> runBegun("a cast", () -> cast.action.accept(behaviour));
      case Message.CastEmit cast -> runBegun("a cast", () -> cast.action.accept(behaviour, outlet()));
      case Message.Replace replace -> {
        if (!isGenerating()) {
          replaceBehaviour(replace);
        } else {
          replacement = replace;
          throw new CancellationException("stage " + cell.path() + " gets another behaviour");
        }
      }
    }
  }

  private void answer(Message.Request call, Callable<Object> function) {
    Object[] answer = {null};
    asked = call;
    Throwable failure = attemptBegun("a call", () -> answer[0] = function.call());
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
      if (cell.isGenerator()) play(Role.of(old, cell));
      asked = null;
      replace.fail(failure);
      return;
    }
    stop(old, new StopReason.Replaced());
    asked = null;
    replace.answer(null);
  }

  // ---- a generator's one turn, which messages may end

  /** {@return whether it is to end because of a message: one that crashed, or a replacement} */
  boolean isLeaving() {
    return replacement != null || messageCrash != null;
  }

  boolean isGenerating() {
    return cell.isGenerator() && role.isGenerating();
  }

  // ---- states and timers

  /** {@return the tasks of this cell, made with the first incarnation} They outlive it. */
  @SuppressWarnings("unchecked")   // a cell has tasks of one kind: those of its spec
  <T extends Tasks<?, ?>> T tasks(Supplier<T> first) {
    if (tasks == null) tasks = first.get();
    return (T) tasks;
  }

  /** {@return the tasks of this cell; null if it hands no event to threads of their own} */
  Tasks<?, ?> tasks() {
    return tasks;
  }

  /** Takes in what tasks have done. */
  void collectTasks() {
    signals.answer(Signals.TASKS_FINISHED, () -> {
      if (role instanceof TaskRole<?, ?> taskRole) run("a task", taskRole::collect);
    });
  }

  States states() {
    if (states == null) states = new States(cell);
    return states;
  }

  void commitStates() {
    if (states != null) states.commit();
    hasMore = asksForMore;
    if (letters != null) letters.commit();
  }

  void forgetStates() {
    states = null;
    hasMore = false;
  }

  void rollbackStates() {
    if (states != null) states.rollback();
    asksForMore = hasMore;
    if (letters != null) letters.rollback();
  }

  Letters letters() {
    if (letters == null) letters = new Letters(cell);
    return letters;
  }

  /** {@return whether the last good turn has left something for {@code onMore}} */
  boolean hasMore() {
    return hasMore;
  }

  /** The turn that is running says whether it leaves something for {@code onMore}. */
  void asksForMore(boolean asks) {
    asksForMore = asks;
  }

  /** In the middle of a turn: publishes, keeps states, and settles the next events of a batch. */
  void commitPoint(LaneInlet<?> inlet, int events, boolean asksForMore) {
    this.asksForMore = asksForMore;
    role.commitOutput();
    boolean opened = role.commitGates();
    boolean more = inlet.settleNext(events);
    try {
      commitStates();
    } finally {
      if (opened) cell.consumerHalf().fenceAndWakeProducers(true);
      if (more) {
        VarHandle.fullFence();   // pairs with the announcement of the producer's driver
        inlet.lane().producer().wake();
      }
    }
    inlet.tellGivenUp();
  }

  /** Runs what user code, on the cell's own thread, asks the engine to do. */
  void inEngine(Runnable what) {
    fence.leave();
    try {
      what.run();
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      fence.enter();
      throw failure;
    }
    fence.enter();
  }

  StageContext.Timer addTimer(TimerAction action, long delayNanos, long periodNanos) {
    Timers.Due[] due = {null};
    inEngine(() -> {
      if (timers == null) timers = new Timers();
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
