package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import stage.api.CancelPolicy;
import stage.api.Restart;
import stage.api.StageKilledException;
import stage.api.StopReason;
import stage.runtime.lane.Ending;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;
import stage.runtime.time.Handles;

/**
 * The phase of one cell, and its transitions from one {@link Phase} to the next: it starts, is held and released,
 * crashes, drains, and ends. The cell's thread only, except where a comment says otherwise.
 */
final class Lifecycle implements CellThreads.Listener {
  /**
   * How often a dispatcher may throw in a stage that is ending: there is no incarnation to restart, but there are
   * events to deliver.
   */
  private static final int DISPATCHER_TRIES = 3;

  private static final VarHandle ENDED = Handles.of(MethodHandles.lookup(), "ended", Milestone.class);

  private final Cell<?> cell;
  private final Signals signals;
  private final Incarnations<?> incarnations;
  private volatile Milestone started = new Milestone();   // or it will never start; Milestone.PASSED afterwards
  private volatile Milestone ended;   // null until somebody waits for it; Milestone.PASSED when it has
  private volatile Phase phase = new Phase.Starting();   // read by any thread
  private boolean runs;                 // whether the phase is Running; the cell's thread only
  private volatile long phaseSinceNanos;   // read by any thread, as are the next two
  private volatile int restarts;
  private volatile Crash lastCrash;     // null if it never crashed
  private InputEnd input = InputEnd.NONE;
  private FirstStart startedIn;         // written before the start, forgotten after it; null if somebody waits for it
  private volatile boolean hasStarted;  // whether it has started successfully once
  private boolean ignores;              // whether the stage has said in its start that it will not run
  // by the cell's thread, or by the one that would have started that; null if it has not failed to start
  private volatile StartFailure startFailure;
  private Leaving leaving;              // how it ends; set before onStop runs
  // what must be done after a crash, until it is done: with a full heap that may take several steps; else null
  private Directive decided;
  private byte dispatcherFailures;      // how often the dispatcher has thrown since this cell takes no more turns
  private boolean heldToTell;           // whether the supervisor still has to be told that it is held

  // written by the supervisor, before the signal that makes the cell look
  private volatile String heldFor;      // the path of the stage whose crash this one is held for
  private volatile boolean freshStart;  // whether the next incarnation finds its states empty
  private volatile Thread replaced;     // the thread whose place this one has just taken; null otherwise

  /** What is remembered of a crash. */
  record Crash(String cause, Activity during, int incarnation, long atNanos) {}

  /** How a cell ends. */
  private record Leaving(StopReason reason, Activity during, boolean contained) {
    /** {@return what it was doing, for people to read} */
    String text() {
      return reason instanceof StopReason.ProducerFailed(var producer, var cause) && during == Activity.SUBSCRIPTION
          ? during.text() + " to " + producer
          : during.text();
    }
  }

  Lifecycle(Cell<?> cell) {
    this.cell = cell;
    this.signals = cell.signals();
    this.incarnations = cell.incarnations();
    this.phaseSinceNanos = cell.graph().time().nanos();
  }

  private CellOwner.News news() {
    return cell.owner().news();
  }

  /** The only assignment to {@code phase}. */
  private void enter(Phase next) {
    if (next.getClass() != phase.getClass()) phaseSinceNanos = cell.graph().time().nanos();
    phase = next.after(phase);
    runs = phase instanceof Phase.Running;
  }

  // ---- any thread

  /** {@return since when it has been in its phase} */
  long phaseSinceNanos() {
    return phaseSinceNanos;
  }

  /** {@return how many incarnations took over after a crash, or with their group} */
  int restarts() {
    return restarts;
  }

  /** {@return the last crash; null if there was none} */
  Crash lastCrash() {
    return lastCrash;
  }

  Phase phase() {
    return phase;
  }

  /** As {@link #isRunning}, from a plain field: for the cell's own thread, which asks several times a step. */
  boolean runs() {
    return runs;
  }

  boolean isRunning() {
    return phase instanceof Phase.Running;
  }

  boolean hasEnded() {
    return phase instanceof Phase.Ended;
  }

  /** {@return why it has ended, or is about to; null if it is not} */
  StopReason endReason() {
    return phase.endReason();
  }

  /** {@return the milestone that it has ended} */
  Milestone ended() {
    Milestone there = ended;
    if (there != null) return there;
    var made = new Milestone();
    // volatile; pairs with the swap in endIsReached: that finds this one and reaches it, or this finds PASSED there
    return ENDED.compareAndSet(this, null, made) ? made : ended;
  }

  private void endIsReached() {
    // volatile; pairs with the compare-and-set in ended
    var waitedFor = (Milestone) ENDED.getAndSet(this, Milestone.PASSED);
    if (waitedFor != null) waitedFor.reach();
  }

  /** {@return the milestone that its first start is over, whether it succeeded or not} */
  Milestone started() {
    return started;
  }

  /** {@return whether it has had an incarnation} From the instant at which its owner is told of that. */
  boolean hasStarted() {
    return hasStarted;
  }

  /** {@return why it has never run; null if it has, or still may} */
  StartFailure startFailure() {
    return startFailure;
  }

  /** It is started in a sequence, which is told when the start is over. Before its thread is started. */
  void startsIn(FirstStart sequence) {
    startedIn = sequence;
  }

  /** Its thread was not started, and will not be. Any thread. */
  void neverStart(StartFailure why) {
    startFailure = why;
    endUnstarted();
  }

  /** The stage asks for its own end. Returns whether it does so in its start, and therefore does not run. */
  boolean ignoreStart() {
    if (cell.driver().isCurrent() && phase instanceof Phase.Starting && incarnations.isInOnStart()) {
      ignores = true;
    }
    return ignores;
  }

  /** See {@link Cell#hold}. */
  void holdFor(String crashed) {
    heldFor = crashed;
  }

  /** See {@link Cell#release}. */
  void startFresh(boolean fresh) {
    freshStart = fresh;
  }

  /** Another thread is about to take the place of this one. */
  @Override
  public void takenOverFrom(Thread old) {
    replaced = old;
  }

  // ---- the cell's thread from here on

  boolean isTakenOver() {
    return replaced != null;
  }

  boolean hasInputEnded() {
    return input.isReached();
  }

  boolean isInputCut() {
    return input.isCut();
  }

  /** The stage drains, and has left a subscription to a producer that does not. */
  void cutInput() {
    input = input.cut();
  }

  /**
   * This thread has taken the place of one that did not return from user code. If the heap is full, this is repeated,
   * up to the point where the other thread is forgotten.
   */
  void recover() {
    news().tookOver(cell, replaced);
    var killed = new StageKilledException("stage " + cell.path() + " ignored its interrupt"
        + (incarnations.isOverdue()
            ? ", sent because its start took longer than its start timeout of " + cell.options().startTimeout() : "")
        + ", and its thread was abandoned");
    boolean wasStarting = phase instanceof Phase.Starting;
    incarnations.recover(killed);
    replaced = null;
    decided = null;
    if (leaving != null) {
      finish();
    } else if (heldToTell) {
      tellHeld();
    } else if (wasStarting && incarnations.incarnation() == 0) {
      startFailed(killed);
    } else if (signals.has(Signals.CANCELLED)) {
      end(new StopReason.Stopped(), Activity.CANCEL);
    } else if (!signals.has(Signals.HELD)) {
      signals.clear(Signals.KILLED);
      if (wasStarting || phase instanceof Phase.Running)
        crash(wasStarting ? incarnations.startedIn() : Activity.KILL, killed);
    }
  }

  private void tellHeld() {
    news().held(cell, true);
    heldToTell = false;   // last: if the heap is full, this is repeated
  }

  void hold() {
    signals.clear(Signals.HELD | Signals.RELEASED | Signals.KILLED);
    if (phase.endReason() != null) {   // it will not wait
      news().held(cell, false);
      return;
    }
    enter(new Phase.Held());
    heldToTell = true;
    incarnations.retire(new StopReason.GroupRestart(heldFor));
    tellHeld();
  }

  void release() {
    enter(new Phase.Starting());
    signals.clear(Signals.RELEASED);
  }

  void start() {
    boolean first = !started.isReached();   // also after a start that found the heap full before the owner was told
    // the backoff, if there was one, is over: a start that fails is a crash like any other
    if (!(phase instanceof Phase.Starting)) enter(new Phase.Starting());
    incarnations.clearInterrupt();
    if (freshStart) {
      freshStart = false;
      incarnations.memory().forget();
    }
    try {
      incarnations.incarnate();
      enter(Phase.RUNNING);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      startFailed(failure);
      return;
    }
    if (first) {
      hasStarted = true;
      news().started(cell);
      subscribe();
    } else {
      restarts++;
      news().restarted(cell);
    }
  }

  /** Makes the subscriptions of its spec. If one is refused, the cell ends again and then tells its starter. */
  private void subscribe() {
    try {
      if (!ignores) Handshake.subscribeAsSpecified(cell);
    } catch (Throwable refused) {
      startFailure = new StartFailure(refused, Activity.SUBSCRIPTION);
      stopTakingTurns(new StopReason.Stopped());
      return;
    }
    firstStartIsOver();
  }

  private void firstStartIsOver() {
    FirstStart sequence = startedIn;
    startedIn = null;
    startIsOver();
    if (sequence != null) sequence.isOver(startFailure);
  }

  private void startIsOver() {
    started.reach();
    started = Milestone.PASSED;   // threads that wait have the old one, which is not needed any more
  }

  void startFailed(Throwable failure) {
    incarnations.memory().rollback();
    if (incarnations.incarnation() > 0) {
      boolean isOurs = cell.shouldExit() && failure instanceof InterruptedException;
      if (signals.has(Signals.CANCELLED) && !isOurs) news().suppressed(cell, failure);
      if (signals.has(Signals.CANCELLED) || isOurs && !signals.has(Signals.KILLED)) return;
      signals.clear(Signals.KILLED);
      crash(incarnations.startedIn(), failure);
      return;
    }
    startFailure = new StartFailure(failure, incarnations.startedIn());
    if (startedIn != null) startedIn.hasFailed(startFailure);
    endUnstarted();
    firstStartIsOver();
  }

  private void endUnstarted() {
    Throwable failure = startFailure.cause();
    enter(new Phase.Ended(new StopReason.Crashed(failure)));
    cell.closeDoors(new Ending.Failed(failure, false), new StopReason.Crashed(failure));
    incarnations.letGo();
    news().notStarted(cell);
    endIsReached();
    startIsOver();
  }

  // ---- ends

  /** Gives up its work and ends. */
  void cancel() {
    end(new StopReason.Stopped(), Activity.CANCEL);
  }

  /** Ends its incarnation by force, between two incarnations. */
  void kill() {
    signals.clear(Signals.KILLED);
    if (phase instanceof Phase.Draining) return;   // no turn of it will come, and it is no longer overdue
    crash(Activity.KILL, new StageKilledException("stage " + cell.path() + " was killed"));
  }

  /** The stage itself wants to end. */
  void leave() {
    signals.clear(Signals.LEAVES);
    endNormally(new StopReason.Stopped());
  }

  /** Ends it: everything it has emitted is delivered. */
  void finishDraining() {
    end(((Phase.Draining) phase).reason(), Activity.DRAIN);
  }

  void completeInput() {
    if (cell.consumerHalf() == null || incarnations.role().isCompleted()) {
      endNormally(new StopReason.Completed());
      return;
    }
    // it drains, and no consumer is left to get what it holds back
    boolean isInVain = !input.isTold() && incarnations.memory().hasMore();
    if (!input.isReached() && !input.isCut() || isInVain) {
      stopTakingTurns(new StopReason.Stopped());
      return;
    }
    Throwable failure = input.isTold()
        ? null
        : incarnations.attempt(Activity.ON_COMPLETE, new Turns.Turn() {
          @Override
          public void run() throws Exception {
            incarnations.role().inputCompleted();
          }
        });
    if (failure == null) {
      input = input.told();
      if (!incarnations.role().isCompleted() && cell.steps().goesOn()) return;
      if (input.isReached()) endNormally(new StopReason.Completed());
      // the drain has taken its input away, and what it held back is emitted
      else stopTakingTurns(new StopReason.Stopped());
    } else if (!cell.isCancelled()) crash(Activity.ON_COMPLETE, failure);
    else if (!(failure instanceof InterruptedException)) news().suppressed(cell, failure);
  }

  /** The stage has done everything, or wants to stop. A permanent one is restarted. */
  private void endNormally(StopReason reason) {
    if (cell.options().restart() != Restart.PERMANENT) {
      stopTakingTurns(reason);
      return;
    }
    var onceTooOften =
        new IllegalStateException("permanent stage " + cell.path() + " has ended normally, once too often");
    cell.owner().supervision().completed(cell, onceTooOften).follow(new AfterCompletion(reason, onceTooOften));
  }

  private final class AfterCompletion implements Directive.Follower {
    private final StopReason reason;
    private final Throwable onceTooOften;

    AfterCompletion(StopReason reason, Throwable onceTooOften) {
      this.reason = reason;
      this.onceTooOften = onceTooOften;
    }

    @Override
    public void restart(long delayNanos) {
      input = InputEnd.NONE;
      awaitNextStart(delayNanos);
      incarnations.retire(reason);
    }

    @Override
    public void retry(long delayNanos) {
      throw new IllegalStateException("there is nothing to retry in a stage that has completed");
    }

    @Override
    public void hold(boolean forgives) {
      input = InputEnd.NONE;
      enter(new Phase.Held());
      heldToTell = true;
      incarnations.retire(reason);
      tellHeld();
    }

    @Override
    public void resume() {
      throw new IllegalStateException("there is nothing to resume in a stage that has completed");
    }

    @Override
    public void end(boolean contained) {
      if (contained) stopTakingTurns(reason);
      else Lifecycle.this.end(new StopReason.Crashed(onceTooOften), Activity.COMPLETION, false);
    }
  }

  private void awaitNextStart(long delayNanos) {
    enter(delayNanos > 0 ? new Phase.BackingOff(cell.graph().time().nanos() + delayNanos) : new Phase.Starting());
  }

  void subscriptionEnded(LaneInlet<?> inlet) {
    CancelPolicy policy = ConsumerHalf.policyOf(inlet);
    Ending ending = inlet.lane().ending();
    String producer = inlet.producer();
    if (ending instanceof Ending.Completed completed && completed.cutShort()) input = input.cut();
    boolean goesOnWithout = ending instanceof Ending.Completed || policy == CancelPolicy.TEMPORARY;
    if (goesOnWithout && !isToldOfEnd(inlet)) return;
    // first, as it takes memory
    StopReason failed = ending instanceof Ending.Failed it ? new StopReason.ProducerFailed(producer, it.cause()) : null;
    cell.consumerHalf().leave(inlet);
    signals.clear(Signals.INPUT_ENDED);
    if (cell.consumerHalf().hasEnding()) signals.set(Signals.INPUT_ENDED);
    if (ending instanceof Ending.Failed(var cause, var contained)) {
      if (policy != CancelPolicy.TEMPORARY) end(failed, Activity.SUBSCRIPTION, contained);
      return;
    }
    boolean last = cell.consumerHalf().hasNoInlets();
    if (policy == CancelPolicy.PERMANENT || policy == CancelPolicy.TRANSIENT && last) input = input.reached();
  }

  /** Tells the behaviour of the end of a subscription. If that turn fails, the next incarnation is told. */
  private boolean isToldOfEnd(LaneInlet<?> inlet) {
    Throwable failure = incarnations.attempt(Activity.ON_INPUT_END, new Turns.Turn() {
      @Override
      public void run() throws Exception {
        incarnations.role().inputEnded(inlet);
      }
    });
    if (failure == null) return true;
    if (!cell.isCancelled()) crash(Activity.ON_INPUT_END, failure);
    else if (!(failure instanceof InterruptedException)) news().suppressed(cell, failure);
    return false;
  }

  /** Takes no more turns; emitted events are still delivered. */
  void stopTakingTurns(StopReason reason) {
    cell.closeIntake();
    if (cell.consumerHalf() != null) cell.consumerHalf().close();
    incarnations.dropTimers();
    boolean wasBetween = !(phase instanceof Phase.Running);
    enter(new Phase.Draining(reason));
    if (wasBetween) news().held(cell, false);   // a group restart does not wait for it any more
  }

  void crash(Activity during, Throwable cause) {
    if (phase instanceof Phase.Ended) {   // because of a full heap it has not told everybody yet
      if (leaving != null) finish();
      else if (incarnations.incarnation() == 0) startFailed(startFailure.cause());
      return;
    }
    if (heldToTell && decided == null) {   // as well
      incarnations.retire(new StopReason.Stopped());
      tellHeld();
      return;
    }
    boolean isOurs = during == Activity.DISPATCHER && cause instanceof OutOfMemoryError;
    if (isOurs && phase instanceof Phase.Starting && incarnations.incarnation() == 0) {
      startFailed(cause);
      return;
    }
    // between two incarnations there is nothing to undo, and what failed on a full heap is repeated
    boolean isBetween = phase instanceof Phase.Held || phase instanceof Phase.BackingOff;
    if (isOurs && isBetween && decided == null) return;   // otherwise the decision is followed to its end
    if (phase instanceof Phase.Draining && during != Activity.DISPATCHER) {
      // A late message has failed; the stage's events are delivered all the same.
      suppress(during, cause);
      return;
    }
    if (phase instanceof Phase.Draining && ++dispatcherFailures < DISPATCHER_TRIES) {
      suppress(during, cause);   // nothing was published, so the next step repeats it
      return;
    }
    boolean mayRestart = phase instanceof Phase.Running || phase instanceof Phase.Starting;
    lastCrash = new Crash(cause.getClass().getName(), during, incarnations.incarnation(), cell.graph().time().nanos());
    if (decided == null) decided =
        mayRestart ? cell.owner().supervision()
            .crashed(cell, incarnations.incarnation(), cause, during, incarnations.canSkip(during))
            : new Directive.End(false);
    decided.follow(new AfterCrash(during, cause));
    decided = null;
  }

  /** The incarnation ends, the stage does not: lanes, demand, backlog, mailbox and states stay. */
  private final class AfterCrash implements Directive.Follower {
    private final Activity during;
    private final Throwable cause;

    AfterCrash(Activity during, Throwable cause) {
      this.during = during;
      this.cause = cause;
    }

    @Override
    public void restart(long delayNanos) {
      awaitNextStart(delayNanos);
      incarnations.abandon(cell.options().redelivery(), cause);
    }

    @Override
    public void retry(long delayNanos) {
      awaitNextStart(delayNanos);
      incarnations.forgive(cause);
    }

    @Override
    public void hold(boolean forgives) {
      signals.clear(Signals.HELD);   // it has been done
      enter(new Phase.Held());
      heldToTell = true;
      if (forgives) incarnations.forgive(cause);
      else incarnations.abandon(cell.options().redelivery(), cause);
      tellHeld();
    }

    @Override
    public void resume() {
      decided = null;   // should that fail, there may be nothing left that could go on
      incarnations.resume(cause);
    }

    @Override
    public void end(boolean contained) {
      Lifecycle.this.end(new StopReason.Crashed(cause), during, contained);
    }
  }

  /** Reports a failure in a stage that has finished its work. */
  void suppress(Activity during, Throwable cause) {
    cell.report(during + " of stage " + cell.path() + " threw while the stage was ending", cause);
    news().suppressed(cell, cause);
  }

  /**
   * Ends the cell because handling a failure has itself failed. Whatever else is wrong with the stage, callers must not
   * wait for it forever.
   */
  void collapse(Throwable failure) {
    cell.report("the engine cannot go on with stage " + cell.path() + ", which ends", failure);
    boolean neverStarted = incarnations.incarnation() == 0;
    var reason = new StopReason.Crashed(failure);
    if (!started.isReached() && startFailure == null) {
      startFailure = new StartFailure(failure, neverStarted ? incarnations.startedIn() : Activity.SUBSCRIPTION);
    }
    enter(new Phase.Ended(reason));
    try {
      if (incarnations.tasks() != null) cell.threads().keepTasks();
      tellPeers(new Ending.Failed(failure, false), reason);
      if (!neverStarted) tellOwner(reason);
    } finally {
      incarnations.letGo();
      if (neverStarted) tellOwner(null);
      endIsReached();
      if (!started.isReached()) firstStartIsOver();
    }
  }

  private void tellPeers(Ending ending, StopReason reason) {
    try {
      incarnations.over(reason);
    } catch (Throwable failure) {
      couldNotTell(failure);
    }
    try {
      cell.closeDoors(ending, reason);
    } catch (Throwable failure) {
      couldNotTell(failure);
    }
  }

  /** @param reason why it has ended; null if it never started */
  private void tellOwner(StopReason reason) {
    try {
      if (reason == null) news().notStarted(cell);
      else news().ended(cell, cell.snapshot(), reason, Activity.ENGINE.text(), false);
    } catch (Throwable failure) {
      couldNotTell(failure);
    }
  }

  private void couldNotTell(Throwable failure) {
    cell.report("stage " + cell.path() + " could not tell all its neighbours that it has ended", failure);
  }

  private void end(StopReason reason, Activity during) {
    end(reason, during, false);
  }

  private void end(StopReason reason, Activity during, boolean contained) {
    leaving = new Leaving(reason, during, contained);
    incarnations.stop(reason);
    incarnations.over(reason);
    finish();
  }

  /** No switch over patterns: it would be linked at the first end, perhaps on a full heap. */
  private Ending endingFor(StopReason reason, Activity during, boolean contained) {
    if (reason instanceof StopReason.GroupRestart)
      throw new IllegalStateException("a group restart does not end a stage");
    if (reason instanceof StopReason.Crashed(var cause)) return new Ending.Failed(cause, contained);
    if (reason instanceof StopReason.ProducerFailed(var producer, var cause))
      return new Ending.Failed(cause, contained);
    boolean isStopped = reason instanceof StopReason.Stopped;
    if (isStopped && during == Activity.CANCEL)
      return new Ending.Failed(new CancellationException("stage " + cell.path() + " was cancelled"), contained);
    return new Ending.Completed(input.isCut() || isStopped && cell.drains());
  }

  /** The last incarnation is over. */
  private void finish() {
    StopReason reason = leaving.reason();
    Activity during = leaving.during();
    boolean contained = leaving.contained();
    Ending ending = endingFor(reason, during, contained);
    // a later Starting is a restart, which the owner is told of
    boolean neverStarted = incarnations.incarnation() == 0;
    if (incarnations.tasks() != null) cell.threads().keepTasks();
    enter(new Phase.Ended(reason));
    cell.closeDoors(ending, reason);
    if (cell.producerHalf() != null) cell.producerHalf().tellDropped();
    if (neverStarted) {
      startFailure = new StartFailure(
          new CancellationException("stage " + cell.path() + " was cancelled before it had started"),
          incarnations.startedIn());
      news().notStarted(cell);
    } else {
      news().ended(cell, cell.lastSnapshot(), reason, leaving.text(), contained);
    }
    incarnations.letGo();   // so that a kept handle or scope keeps neither the behaviour nor what its timers hold
    endIsReached();
    if (!started.isReached()) firstStartIsOver();
  }
}
