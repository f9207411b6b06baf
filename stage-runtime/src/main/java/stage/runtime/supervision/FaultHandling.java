package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stage.api.Restart;
import stage.api.StageKilledException;
import stage.api.observe.StageEvent;
import stage.api.supervision.Backoff;
import stage.api.supervision.Decision;
import stage.api.supervision.DecisionRule;
import stage.api.supervision.Failure;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Directive;
import stage.runtime.time.Activity;
import stage.runtime.time.Time;

/**
 * How one supervisor handles crashes: it decides what happens to the stage, counts, restarts groups, and gives up.
 * Guarded by the tree's lock unless a comment says otherwise.
 */
final class FaultHandling {
  private static final Backoff PAUSE = Backoff.exponential(Duration.ofMillis(500), Duration.ofSeconds(10));
  private static final int LONGEST_HISTORY = 16;
  private static final String COMPLETION = "completion";

  private final SupervisorCell supervisor;
  private final SupervisorSpec spec;
  private final ScopeContext context;
  private final Time time;
  private final LogRateLimit uncountedLines;   // about crashes that use up no restart
  private final LogRateLimit ruleLines;
  // the crashes that the window counts, or the last of them
  private final ArrayDeque<Failure> history = new ArrayDeque<>(LONGEST_HISTORY);
  private IntensityWindow window;
  private final FailureStreak ofSupervisor = new FailureStreak();   // how often it has given up, for its parent
  private FailureStreak streak = ofSupervisor;                      // the one that was counted last
  private GroupRestart groupRestart;         // null while there is none

  FaultHandling(SupervisorCell supervisor) {
    this.supervisor = supervisor;
    this.spec = supervisor.spec();
    this.context = supervisor.shared();
    this.time = context.graph().time();
    this.window = new IntensityWindow(spec.intensity());
    this.uncountedLines = new LogRateLimit(time.nanos());
    this.ruleLines = new LogRateLimit(time.nanos());
  }

  private FaultHandling above() {
    return supervisor.parent() == null ? null : supervisor.parent().faultHandling();
  }

  List<Failure> history() {
    return List.copyOf(history);
  }

  boolean isRestartingAGroup() {
    return groupRestart != null;
  }

  // ---- news, on the thread of the cell and under no lock

  /** See {@link stage.runtime.engine.CellOwner.Supervision#crashed}. */
  Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip) {
    CrashInHand crash = inHand(cell, incarnation, cause, during.text(), cell.options().restart());
    if (!crash.isTold()) {
      context.tell(new StageEvent.Crashed(cell.path(), incarnation, cause, during.text()));
      crash.told();
    }
    if (crash.decision() == null) crash.decided(decide(crash.failure()));
    context.lock();
    try {
      if (crash.directive() == null) crash.judged(judge(cell, crash, during, canSkip));
    } finally {
      context.unlock();
    }
    return directive(cell, crash);
  }

  /** See {@link stage.runtime.engine.CellOwner.Supervision#completed}. */
  Directive completed(Cell<?> cell, Throwable onceTooOften) {
    CrashInHand end = inHand(cell, cell.incarnation(), onceTooOften, COMPLETION, Restart.PERMANENT);
    context.lock();
    try {
      if (end.directive() == null) end.judged(judgeCompletion(cell, end));
    } finally {
      context.unlock();
    }
    return directive(cell, end);
  }

  /** {@return a crash that the cell tells of, for the first time or, on a full heap, once more} */
  private CrashInHand inHand(Cell<?> cell, int incarnation, Throwable cause, String during, Restart restart) {
    context.lock();
    try {
      Child.OfStage child = supervisor.members().of(cell);
      CrashInHand known = child == null ? null : child.crash();
      if (known != null && known.failure().incarnation() == incarnation) return known;
      boolean isCrash = !during.equals(COMPLETION);
      var log = new CrashLog(supervisor.path(), cell.name(), incarnation,
          isCrash ? "crashed in=" + during : CrashLog.COMPLETED, cause);
      var failure = new Failure(cell.path(), incarnation, cause, during, restart, window.count());
      var crash = new CrashInHand(failure, log, supervisor.depth() + 1);
      if (child != null) child.crash(crash);
      if (isCrash) supervisor.counters().crashes++;   // last: from here on, it is known
      return crash;
    } finally {
      context.unlock();
    }
  }

  /** {@return what its cell is told, which is the end of it} */
  private Directive directive(Cell<?> cell, CrashInHand crash) {
    crash.log().write(context, uncountedLines);
    context.lock();
    try {
      Child.OfStage child = supervisor.members().of(cell);
      if (child != null) child.crash(null);
    } finally {
      context.unlock();
    }
    return crash.directive();
  }

  private Directive judgeCompletion(Cell<?> cell, CrashInHand end) {
    end.log().begin();
    Child.OfStage child = supervisor.members().of(cell);
    if (supervisor.isDraining() || child == null || child.isStopping()) return new Directive.End(true);
    FaultHandling regrouping = regrouping(child);
    if (regrouping != null && regrouping.groupRestart.isStopping()) return new Directive.Hold(false);
    return restart(child, end, regrouping, false);
  }

  // ---- news of a group restart

  /** A cell that should have been held has no incarnation any more, or none that will go on. */
  void held(Child.OfStage child, boolean waits) {
    child.hold(waits ? Child.Hold.HELD : Child.Hold.NONE);
    FaultHandling regrouping = regrouping(child);
    if (regrouping == null) return;
    if (waits) regrouping.groupRestart.advance();
    else regrouping.groupRestart.willEnd(child);
  }

  void restarted(Child.OfStage child) {
    child.hold(Child.Hold.NONE);
    advance(regrouping(child));
  }

  /**
   * {@return where to {@linkplain #advance advance} when a stage of a group that is about to end has ended; may be
   * null}
   */
  FaultHandling whoWaitsFor(Child.OfStage child) {
    return regrouping(child);
  }

  static void advance(FaultHandling regrouping) {
    if (regrouping != null && regrouping.groupRestart != null) regrouping.groupRestart.advance();
  }

  // ---- decisions

  private Decision decide(Failure failure) {
    if (spec.decisions() == DecisionRule.RESTART) return Decision.RESTART;
    try {
      Decision decision = spec.decisions().decide(failure);
      if (decision != null) return decision;
      ruleFailed("returned null for " + failure, null);
    } catch (Throwable ruleFailure) {
      ruleFailed("threw for " + failure, ruleFailure);
    }
    return Decision.RESTART;
  }

  private void ruleFailed(String how, Throwable ruleFailure) {
    String note = ruleLines.admit(time.nanos());
    if (note == null) return;
    context.log(System.Logger.Level.WARNING,
        "the decision rule of supervisor " + supervisor.path() + " " + how + "; taken as RESTART" + note,
        ruleFailure);
  }

  /** Under the lock. */
  private Directive judge(Cell<?> cell, CrashInHand crash, Activity during, boolean canSkip) {
    CrashLog log = crash.log();
    log.begin();
    Failure failed = crash.failure();
    Decision decision = crash.decision();
    Child.OfStage child = supervisor.members().of(cell);
    if (child == null) return new Directive.End(false);
    if (supervisor.isCancelling()) {
      // if it had thrown a moment later, this would not have been a crash
      log.saysUncounted("NONE: it was being cancelled");
      return new Directive.End(true);
    }
    FaultHandling regrouping = regrouping(child);
    if (regrouping != null && regrouping.groupRestart.isStopping()) {
      log.decided("HOLD: it was being stopped for a group restart, not counted");
      return new Directive.Hold(false);
    }
    if (isOfTheMachine(failed.cause())) {
      log.givesUp(supervisor.root().path(), "FAIL_SCOPE: this is not the stage's fault");
      return new Directive.End(false);
    }
    if (failed.cause() instanceof StageKilledException
        && context.abandonedNow() > supervisor.root().spec().options().maxAbandoned()) {
      log.decided("too many threads abandoned");
      return giveUp(child, crash);
    }
    if (child.isStopping()) {
      log.saysUncounted("NONE: it was being stopped");
      // the stop keeps it from running; its emitted events are still delivered
      return new Directive.Restart(0);
    }
    // in place of a switch: the class that javac makes for one over another file's enum has a static initializer, too
    if (decision == Decision.STOP) {
      log.saysUncounted("STOP");
      return new Directive.End(true);
    }
    if (decision == Decision.ESCALATE) return giveUp(child, crash);
    if (decision == Decision.RESUME) return resume(child, crash, during, canSkip, regrouping);
    return restart(child, crash, regrouping, decision == Decision.RETRY);
  }

  private Directive resume(Child.OfStage child, CrashInHand crash, Activity during, boolean canSkip,
      FaultHandling regrouping) {
    if (canSkip) {
      crash.log().saysUncounted("RESUME");
      return new Directive.Resume();
    }
    if (during.endsIncarnation()) return restart(child, crash, regrouping, false);
    if (isUsedUp(crash, crash.failure(), child.streak(), child.cell())) return giveUp(child, crash);
    crash.log().decided("RESUME " + countOfRestarts());
    return new Directive.Resume();
  }

  /**
   * An {@code InternalError} and its like say that the JVM itself is in trouble; a stack or a heap that was full may be
   * the stage's doing.
   */
  static boolean isOfTheMachine(Throwable cause) {
    return cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError)
        && !(cause instanceof OutOfMemoryError);
  }

  private Directive restart(Child.OfStage child, CrashInHand crash, FaultHandling regrouping, boolean forgives) {
    CrashLog log = crash.log();
    if (child.restart() == Restart.TEMPORARY) {
      log.saysUncounted("NONE: it is temporary");
      return new Directive.End(true);
    }
    // A stage that crashes while its group is being started makes that start fail, at the supervisor of the
    // group.
    FaultHandling decides = regrouping == null ? this : regrouping;
    if (decides.isUsedUp(crash, crash.failure(), child.streak(), child.cell())) return decides.giveUp(child, crash);
    long delay = forgives ? decides.pauseNanos() : decides.backoffNanos();
    log.decided((forgives ? "RETRY" : "RESTART") + (delay > 0 ? " in=" + Duration.ofNanos(delay).toMillis() + "ms" : "")
        + " " + decides.countOfRestarts());
    // A drain finishes what is in flight, so a crash during a drain is a restart too; other stages that are ending are
    // not restarted.
    boolean alone =
        spec.strategy() == Strategy.ONE_FOR_ONE || spec.strategy() == Strategy.DYNAMIC || supervisor.isDraining();
    if (regrouping == null && alone) return forgives ? new Directive.Retry(delay) : new Directive.Restart(delay);
    decides.restartGroup(child, delay, false);
    return new Directive.Hold(forgives);
  }

  /**
   * {@return whether this counted failure exceeds the intensity: within the period, or among this child's failures
   * without progress}
   */
  private boolean isUsedUp(CrashInHand crash, Failure failed, FailureStreak streak, Cell<?> cell) {
    if (crash.isCountedAt(supervisor.depth())) return crash.isTooOftenAt(supervisor.depth());
    if (history.peekLast() != failed) {
      if (history.size() == LONGEST_HISTORY) history.removeFirst();
      history.addLast(failed);
    }
    boolean isTooOften = window.isUsedUp(time.nanos());   // from here on, nothing takes memory
    this.streak = streak;
    streak.failed(cell.id(), cell.progress());
    isTooOften |= streak.failures() > spec.intensity().restarts();
    crash.countedAt(supervisor.depth(), isTooOften);
    return isTooOften;
  }

  /** {@return the same for a retry, which always pauses} */
  private long pauseNanos() {
    Backoff backoff = spec.backoff().equals(Backoff.none()) ? PAUSE : spec.backoff();
    return BackoffRule.delayNanos(backoff, streak.failures(), time.chance());
  }

  private long backoffNanos() {
    return BackoffRule.delayNanos(spec.backoff(), streak.failures(), time.chance());
  }

  /** {@return how many restarts there were, of how many} A restart refused for exceeding the intensity is left out. */
  private String countOfRestarts() {
    int most = spec.intensity().restarts();
    boolean withoutProgress = streak.failures() > window.count();
    String count = "restarts=" + Math.min(most, Math.max(streak.failures(), window.count())) + "/" + most;
    return count + (withoutProgress ? " without progress" : " in " + CrashLog.shown(spec.intensity().period()));
  }

  /**
   * {@return the supervisor, this one or one above it, that is restarting a group in which the stage is; null if there
   * is none}
   */
  private FaultHandling regrouping(Child.OfStage child) {
    for (FaultHandling above = this; above != null; above = above.above()) {
      if (above.groupRestart != null && above.groupRestart.covers(child)) return above;
    }
    return null;
  }

  /** Restarts the child in which the stage is, together with those that the strategy names. Under the lock. */
  private void restartGroup(Child.OfStage crashed, long delayNanos, boolean fresh) {
    // all that takes memory comes first: should there be none, the crash is told again
    Set<Child.OfStage> group = new HashSet<>();
    Set<Child.OfStage> toBeFresh = new HashSet<>();
    List<FaultHandling> below = new ArrayList<>();
    List<FaultHandling> absorbed = new ArrayList<>();
    if (fresh) toBeFresh.add(crashed);
    boolean seen = false;
    for (Child child : supervisor.members().all()) {
      List<Child.OfStage> stages = new ArrayList<>();
      Children.stagesOf(child, stages);
      boolean isIt = stages.contains(crashed);
      seen |= isIt;
      boolean belongs =
          isIt || spec.strategy() == Strategy.ONE_FOR_ALL || spec.strategy() == Strategy.REST_FOR_ONE && seen;
      if (!belongs) continue;
      group.addAll(stages);
      if (child instanceof Child.OfSupervisor there) below.add(there.supervisor().faultHandling());
    }
    // No stage is ever in two of these: one that waits for a restart under way, of this supervisor or one above it,
    // waits for this one.
    FaultHandling highest = this;
    for (FaultHandling at = this; at != null; at = at.above()) {
      if (at.groupRestart == null || at != this && !at.groupRestart.mustStartAnyOf(group)) continue;
      group.addAll(at.groupRestart.owed());
      toBeFresh.addAll(at.groupRestart.stillToBeFresh());
      absorbed.add(at);
      highest = at;
    }
    GroupRestart next = highest.restartOf(group, crashed, toBeFresh, delayNanos);
    for (FaultHandling each : absorbed) each.cancelGroupRestart();
    highest.groupRestart = next;   // from here on the crashed one is told to hold, whatever memory there is
    for (FaultHandling each : below) each.beginAnew();
    next.advance();
  }

  private GroupRestart restartOf(Set<Child.OfStage> group, Child.OfStage crashed, Set<Child.OfStage> toBeFresh,
      long delayNanos) {
    List<Child.OfStage> inStartOrder = new ArrayList<>();
    for (Child child : supervisor.members().all()) Children.stagesOf(child, inStartOrder);
    inStartOrder.retainAll(group);
    return new GroupRestart(this, context, inStartOrder, crashed, toBeFresh, delayNanos);
  }

  /** Its parent restarts it: the window is emptied, and a group restart of its own becomes part of the parent's. */
  private void beginAnew() {
    forget();
    for (SupervisorCell below : supervisor.members().supervisorsBelow()) below.faultHandling().forget();
  }

  private void forget() {
    window = new IntensityWindow(spec.intensity());
    history.clear();
    for (Child child : supervisor.members().all()) {
      if (child instanceof Child.OfStage stage) stage.forgetStreak();
      else if (child instanceof Child.OfSupervisor below) below.supervisor().faultHandling().ofSupervisor.forget();
    }
    cancelGroupRestart();
  }

  private void cancelGroupRestart() {
    if (groupRestart != null) groupRestart.cancel();
    groupRestart = null;
  }

  void groupRestarted(GroupRestart done) {
    if (groupRestart == done) groupRestart = null;
  }

  /**
   * One crash too many: the parent restarts all stages of this supervisor in place, or gives up in turn. Under the
   * lock.
   */
  private Directive giveUp(Child.OfStage child, CrashInHand crash) {
    FaultHandling at = this;
    Directive directive = null;
    while (directive == null) {
      directive = at.escalate(child, crash);
      at = at.above();
    }
    return directive;
  }

  /** {@return what happens to the stage; null if the parent gives up in turn} */
  private Directive escalate(Child.OfStage child, CrashInHand crash) {
    CrashLog log = crash.log();
    Failure failed = crash.failure();
    if (crash.givesUpAt(supervisor.depth())) supervisor.counters().escalations++;
    log.givesUp(supervisor.path(), "GIVE_UP " + countOfRestarts());
    cancelGroupRestart();
    FaultHandling parent = above();
    if (parent == null || supervisor.isDraining()) return new Directive.End(false);
    if (spec.restart() != Restart.PERMANENT) {
      supervisor.shutdown().gaveUp(failureOf(failed));
      return new Directive.End(true);
    }
    var escalated = new Failure(supervisor.path(), 1, failed.cause(), "its restart intensity", spec.restart(),
        parent.window.count());
    if (parent.isUsedUp(crash, escalated, ofSupervisor, child.cell())) return null;
    long delay = parent.backoffNanos();
    log.decided("RESTART_SUPERVISOR" + (delay > 0 ? " in=" + Duration.ofNanos(delay).toMillis() + "ms" : "") + " by="
        + parent.supervisor.path() + " "
        + parent.countOfRestarts());
    parent.restartGroup(child, delay, true);
    return new Directive.Hold(false);
  }

  private StageFailedException failureOf(Failure failed) {
    return new StageFailedException(failed.path(), failed.during(), failed.cause(), List.copyOf(history));
  }

  /** It ends; stages that wait for a group restart end too. */
  void giveUpRestarts() {
    cancelGroupRestart();
    for (SupervisorCell below : supervisor.members().supervisorsBelow()) below.faultHandling().cancelGroupRestart();
  }
}
