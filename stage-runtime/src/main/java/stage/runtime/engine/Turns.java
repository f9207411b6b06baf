package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import stage.api.ConsumerAware;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.runtime.bridge.OnNotify;
import stage.runtime.mailbox.Mailbox;
import stage.runtime.mailbox.Message;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;

/**
 * The turns of one cell: runs the user code of a turn, a message, a timer or a piece of news, and commits or undoes
 * what it did. Which behaviour that is, {@link Incarnations} knows. The cell's thread only.
 *
 * <p>A superclass and not a part: there are a hundred thousand of these, and each turn comes this way.
 *
 * @param <S> the behaviour's type
 */
abstract class Turns<S extends Stage.Behaviour> {
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

  final Cell<S> cell;
  final Handover handover;
  final StageMemory memory;
  final GeneratorTurn generatorTurn;       // null but for a generator
  S behaviour;                             // null before the first incarnation and between two
  private Role role;
  private IdleClock idleClock;             // the role's; null if it has none
  private Message.Request asked;           // the message that is being run and answered; null if there is none
  private Interruption interruption;       // why a generator has to leave its one turn; null if it has not
  private boolean serving;                 // a message or a timer is being run; in a generator, within emit

  Turns(Cell<S> cell) {
    this.cell = cell;
    this.handover = new Handover(cell.driver(), cell.steps(), cell.graph().time());
    this.memory = new StageMemory();
    this.generatorTurn = cell.isGenerator() ? new GeneratorTurn(cell, this) : null;
  }

  /** Puts another behaviour in place, which a message has brought. */
  abstract void replaceBehaviour(Message.Replace replace);

  // A stage that has no timers has not loaded their class, and the compiler does not inline a method that returns an
  // object of a class it has not seen. So whether there are any is asked apart: each look does. The same goes for what
  // tells when nothing comes.

  /** {@return whether there are timers} */
  abstract boolean hasTimers();

  /** {@return the timers; null if there never was one} */
  abstract Timers timers();

  final boolean hasIdleClock() {
    return idleClock != null;
  }

  final Handover handover() {
    return handover;
  }

  final StageMemory memory() {
    return memory;
  }

  final Role role() {
    return role;
  }

  /** From now on, turns are those of this role; of none, if it is null. */
  final void play(Role next) {
    role = next;
    idleClock = next == null ? null : next.idleClock();
  }

  final boolean isServing() {
    return serving;
  }

  // ---- one turn

  /** Takes the role's own turn; there is one. */
  final void turn() {
    if (cell.signals().has(Signals.WOKEN_UP)) {
      cell.signals().answer(Signals.WOKEN_UP, role::wakeUp);
      if (cell.signals().has(Signals.PAUSED) || cell.isAccumulating() || !role.hasTurn()) return;
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
      if (cell.signals().has(Signals.STOPPED) && !cell.signals().has(Signals.CANCELLED))
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
  final void clearInterrupt() {
    if (Thread.interrupted() && cell.shouldExit()) Thread.currentThread().interrupt();
  }

  /** Runs user code of a message or a timer as a turn. What it throws is a crash. */
  final void run(Activity what, Turn body) {
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
  final Throwable attempt(Activity what, Turn body) {
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

  /** In the middle of a turn: publishes, keeps states, and settles the next events of a batch. */
  final void commitPoint(LaneInlet<?> inlet, int events, boolean asksForMore) {
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
  final void inEngine(Runnable what) {
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

  // ---- messages and news

  /** Handles the oldest message: runs what it brings as a turn, or changes the behaviour. */
  final void handle(Mailbox mailbox) {
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
    try {
      handleTaken(message);
    } catch (Throwable failure) {
      if (!(failure instanceof Handover.Refused) && asked == message) abandonMessage(failure);   // such as a full heap
      throw failure;
    }
  }

  private void handleTaken(Message message) {
    if (message instanceof Message.Request request) asked = request;   // from here on, its sender gets an answer
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
          asked = null;   // from here on, that keeps it
          throw new CancellationException("stage " + cell.path() + " gets another behaviour");
        }
      }
    }
  }

  private void answer(Message.Request call, Callable<Object> function) {
    Object[] answer = {null};
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

  /** Runs what the behaviour was notified for. */
  final void notified() {
    cell.signals().answer(Signals.NOTIFIED, () -> {
      if (behaviour instanceof OnNotify notified) run(Activity.NOTIFICATION, () -> notified.onNotify(role.outlet()));
    });
  }

  /** Tells the behaviour of the first consumer of those that came or left. */
  final void tellOf(ConsumerNews news) {
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
  final IdleClock idleClock() {
    return idleClock;
  }

  /** Lets the clock run or stand still, and tells the behaviour if nothing has come for a while. */
  final void nothingComes(boolean awaitsEvents, long nowNanos) {
    IdleClock clock = role.idleClock();
    clock.run(awaitsEvents, nowNanos);
    if (!clock.isDue(nowNanos)) return;
    clock.ring();
    run(Activity.ON_IDLE, () -> clock.stage().onIdle(role.outlet()));
  }

  /** Takes in what tasks have done. */
  final void collectTasks() {
    cell.signals().answer(Signals.TASKS_FINISHED, () -> {
      if (role instanceof TaskRole<?, ?> taskRole) run(Activity.TASKS, taskRole::collect);
    });
  }

  // ---- a message that was left, and why a generator has to leave its one turn

  final boolean isGenerating() {
    return cell.isGenerator() && role.isGenerating();
  }

  /** {@return whether a generator has to end its turn because of a message: one that crashed, or a replacement} */
  final boolean isLeaving() {
    return interruption != null;
  }

  /** Not a replacement, whose caller waits for it. */
  final void forgetMessageCrash() {
    if (interruption instanceof Interruption.Crashed) interruption = null;
  }

  /** A replacement is being made, and is a turn of its own; none, if it is null. */
  final void asks(Message.Replace replace) {
    asked = replace;
  }

  /** What was being run was left, and nobody will come back to it: a sender that waits is told. */
  final void abandonMessage(Throwable failure) {
    serving = false;
    if (asked != null) asked.fail(failure);
    asked = null;
  }

  /** The generator has left its turn for another reason than a message: a sender that waits is told. */
  final void abandonInterruption(Throwable failure) {
    if (interruption instanceof Interruption.Replaced(var by)) by.fail(failure);
    interruption = null;
  }
}
