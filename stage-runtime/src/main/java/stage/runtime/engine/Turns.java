package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import stage.api.ConsumerAware;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.TimerAction;
import stage.runtime.bridge.OnNotify;
import stage.runtime.mailbox.Mailbox;
import stage.runtime.mailbox.Message;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;

/**
 * The turns of one cell: runs the user code of a turn, a message, a timer or a notification, and commits or undoes its
 * effects. {@link Incarnations} knows whose code that is. The cell's thread only.
 *
 * <p>A superclass rather than a part, because there may be a hundred thousand of these, and each turn passes through.
 *
 * @param <S> the behaviour's type
 */
abstract class Turns<S extends Stage.Behaviour> {
  /** User code to run. */
  interface Turn {
    void run() throws Exception;
  }

  /** Why a generator must leave its one turn: a message that was served within {@code emit}. */
  private sealed interface Interruption {
    /** The message, or a timer, crashed. */
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
  private Message.Request asked;           // the message whose answer is being computed; null if there is none
  private Interruption interruption;       // why a generator must leave its one turn; null if it need not
  private boolean serving;                 // whether a message or a timer is running; in a generator, within emit

  Turns(Cell<S> cell) {
    this.cell = cell;
    this.handover = new Handover(cell.driver(), cell.steps(), cell.graph().time());
    this.memory = new StageMemory();
    this.generatorTurn = cell.isGenerator() ? new GeneratorTurn(cell, this) : null;
  }

  /** Replaces the behaviour by the one that a message has brought. */
  abstract void replaceBehaviour(Message.Replace replace);

  // A stage without timers has not loaded their class, and the compiler does not inline a method that returns an object
  // of a class that is not loaded. Each look asks whether there are timers, so that has a method of its own. The same
  // goes for the idle clock.

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

  /** Sets the role whose turns are taken from now on; null for none. */
  final void play(Role next) {
    role = next;
    idleClock = next == null ? null : next.idleClock();
  }

  final boolean isServing() {
    return serving;
  }

  // ---- one turn

  /** Takes the role's own turn, which the selector has found. */
  final void turn() {
    if (cell.signals().has(Signals.WOKEN_UP)) {
      cell.signals().answer(Signals.WOKEN_UP, new WakeUp());
      if (cell.signals().has(Signals.PAUSED) || cell.isAccumulating() || !role.hasTurn()) return;
    }
    Thread.interrupted();   // left over from an earlier turn
    if (cell.shouldExit()) return;   // its interrupt may just have been cleared, and is not sent twice
    beginTurn();
    try {
      role.turn();
      // A generator that must make way may clean up and return: that does not complete it.
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

  private final class WakeUp implements Runnable {
    @Override
    public void run() {
      role.wakeUp();
    }
  }

  /** Begins a turn, for which every subscription accepted before this counts. */
  private void beginTurn() {
    ProducerHalf<?> half = cell.producerHalf();
    if (half != null && half.hasLaneNews()) half.meetLanes();
    role.beginTurn();
  }

  /** Commits a turn: publishes its output and settles its input. */
  private void commit() {
    try {
      role.commit();
    } catch (Throwable failure) {
      memory.rollback();
      role.rollback();   // a dispatcher's rule threw, and nothing was published
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

  /** Clears an old interrupt, except that of a cancel, which is sent only once. */
  final void clearInterrupt() {
    if (Thread.interrupted() && cell.shouldExit()) Thread.currentThread().interrupt();
  }

  /** Runs user code of a message or a timer as a turn. If it throws, the stage crashes. */
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
      // it is about to end, and another incarnation would not know that everything is done
      cell.lifecycle().suppress(what, failure);
      return;
    }
    if (isGenerating()) {
      interruption = new Interruption.Crashed(what, failure);
      throw new CancellationException("stage " + cell.path() + " has crashed in " + what);
    }
    cell.lifecycle().crash(what, failure);
  }

  /** Runs user code as a turn, and returns what it threw, in which case its effects are undone; otherwise null. */
  final Throwable attempt(Activity what, Turn body) {
    beginTurn();
    return attemptBegun(what, body);
  }

  /**
   * As {@link #attempt}, for a turn that has begun: beginning may throw, so it must come before the message is taken
   * out.
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
        clearInterrupt();   // an interrupt left by a caller's function is not for the generator
      }
    }
    return failure;
  }

  /** A commit point in the middle of a turn: publishes, keeps states, and settles the next events of a batch. */
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

  /** Runs engine code that user code calls on the cell's own thread. */
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

  /** Handles the oldest message: runs its function as a turn, or changes the behaviour. */
  final void handle(Mailbox mailbox) {
    if (behaviour == null) {   // stopped between two incarnations
      Message late = mailbox.take();
      if (late != null) late.refuse(cell.endReason());
      return;
    }
    Message message = mailbox.peek();
    if (message == null) return;   // it was withdrawn after the look
    // A sender cannot know when a stage completes, so a late message must not crash it: it counts as sent to a stage
    // that has ended.
    boolean emits = message instanceof Message.CastEmit || message instanceof Message.CallEmit;
    boolean comesTooLate = emits && (!cell.isRunning() || role.isCompleted());
    boolean isTurn = !comesTooLate && !(message instanceof Message.Replace);
    if (isTurn) beginTurn();   // it asks the dispatcher's rule; if that throws, the message is still there
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
    if (message instanceof Message.Request request) asked = request;   // from here on its sender gets an answer
    if (message instanceof Message.Replace replace) makeWayFor(replace);
    else if (message instanceof Message.Request call) answer(call);
    else runBegun(Activity.CAST, new CodeOf(message));
  }

  private void makeWayFor(Message.Replace replace) {
    if (!isGenerating()) {
      replaceBehaviour(replace);
    } else {
      interruption = new Interruption.Replaced(replace);
      asked = null;   // from here on the interruption has it
      throw new CancellationException("stage " + cell.path() + " gets another behaviour");
    }
  }

  private void answer(Message.Request call) {
    var code = new CodeOf(call);
    Throwable failure = attemptBegun(Activity.CALL, code);
    asked = null;
    if (failure == null) call.answer(code.answer);
    else call.fail(failure);
  }

  /** The user code of a message. */
  private final class CodeOf implements Turn {
    private final Message message;
    private Object answer;   // null for a message without one

    CodeOf(Message message) {
      this.message = message;
    }

    @Override
    public void run() throws Exception {
      answer = ((Message.Code) message).run(behaviour, outlet());
    }
  }

  /** {@return why the cell ends, or will end because its outlet is completed} */
  private StopReason endReasonToCome() {
    StopReason known = cell.endReason();
    return known == null ? new StopReason.Completed() : known;
  }

  @SuppressWarnings("unchecked")
  private Outlet<Object> outlet() {
    return (Outlet<Object>) role.outlet();
  }

  /** Runs the behaviour's {@code onNotify}. */
  final void notified() {
    cell.signals().answer(Signals.NOTIFIED, new Notified());
  }

  private final class Notified implements Runnable {
    @Override
    public void run() {
      if (behaviour instanceof OnNotify) Turns.this.run(Activity.NOTIFICATION, new Turn() {
        @Override
        public void run() throws Exception {
          ((OnNotify) behaviour).onNotify(role.outlet());
        }
      });
    }
  }

  /** Runs the timer that is due. */
  final void ring(long nowNanos) {
    var body = new Ringing();
    beginTurn();   // it asks the dispatcher's rule; if that throws, the timer is still there
    body.action = timers().takeDue(nowNanos);
    runBegun(Activity.TIMER, body);
  }

  private static final class Ringing implements Turn {
    private TimerAction action;

    @Override
    public void run() throws Exception {
      action.run();
    }
  }

  /** Tells the behaviour of the next consumer that came or left. */
  final void tellOf(ConsumerNews news) {
    ConsumerNews.Item first = news.first();
    run(first.callback(), new Turn() {
      @Override
      public void run() throws Exception {
        news.told();
        tell(first);
      }
    });
  }

  @SuppressWarnings("unchecked")   // the behaviour's own outlet
  private void tell(ConsumerNews.Item item) throws Exception {
    var aware = (ConsumerAware<Object>) behaviour;
    if (item.isComing()) aware.onConsumerSubscribed(ConsumerNews.given(item.lane()), outlet());
    else aware.onConsumerLeft(ConsumerNews.given(item.lane()), outlet());
  }

  /**
   * {@return the clock that tells the behaviour when nothing has come for a while; null if it need not be told}
   */
  final IdleClock idleClock() {
    return idleClock;
  }

  /** Starts or stops the idle clock, and tells the behaviour if nothing has come for a while. */
  final void nothingComes(boolean awaitsEvents, long nowNanos) {
    IdleClock clock = role.idleClock();
    clock.run(awaitsEvents, nowNanos);
    if (!clock.isDue(nowNanos)) return;
    clock.ring();
    run(Activity.ON_IDLE, new Turn() {
      @Override
      public void run() throws Exception {
        clock.stage().onIdle(role.outlet());
      }
    });
  }

  /** Takes in the results of tasks. */
  final void collectTasks() {
    cell.signals().answer(Signals.TASKS_FINISHED, new CollectTasks());
  }

  private final class CollectTasks implements Runnable {
    @Override
    public void run() {
      if (role instanceof TaskRole<?, ?> taskRole) Turns.this.run(Activity.TASKS, new Turn() {
        @Override
        public void run() {
          taskRole.collect();
        }
      });
    }
  }

  // ---- a message that was abandoned, and why a generator must leave its one turn

  final boolean isGenerating() {
    return cell.isGenerator() && role.isGenerating();
  }

  /** {@return whether a generator must end its turn because of a message: one that crashed, or a replacement} */
  final boolean isLeaving() {
    return interruption != null;
  }

  /** Forgets that a message crashed; not a replacement, whose caller waits for it. */
  final void forgetMessageCrash() {
    if (interruption instanceof Interruption.Crashed) interruption = null;
  }

  /** Sets the replacement that is being made, whose caller waits; null for none. */
  final void asks(Message.Replace replace) {
    asked = replace;
  }

  /** Abandons the message that was running: its sender, if it waits, is told. */
  final void abandonMessage(Throwable failure) {
    serving = false;
    if (asked != null) asked.fail(failure);
    asked = null;
  }

  /** The generator left its turn for another reason than a message: a sender that waits is told. */
  final void abandonInterruption(Throwable failure) {
    if (interruption instanceof Interruption.Replaced(var by)) by.fail(failure);
    interruption = null;
  }
}
