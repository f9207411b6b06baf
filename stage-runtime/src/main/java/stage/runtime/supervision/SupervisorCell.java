package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageKilled;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StageSpec;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.StageEvent;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.ChildCounts;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.Decision;
import stage.api.supervision.DecisionRule;
import stage.api.supervision.Failure;
import stage.api.supervision.ScopeMisuse;
import stage.api.supervision.StageFailed;
import stage.api.supervision.Strategy;
import stage.api.supervision.SupervisionSnapshot;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.Verdict;
import stage.runtime.time.Gate;
import stage.runtime.time.Time;

/**
 * A supervisor: starts children, decides what becomes of those that crash, and ends them.
 *
 * <p>It has no thread. Whoever brings a piece of news - a cell that crashes, is held, or ends; an alarm; a caller - takes the decision under
 * the tree's lock, and nothing that is done there waits or runs user code.
 */
abstract class SupervisorCell implements Supervisor, CellOwner {
  private static final int LONGEST_HISTORY = 16;

  private final SupervisorSpec spec;
  private final String path;
  private final Tree tree;
  private final SupervisorCell parent;   // null at the root
  private final Time time;
  private final FloodLimit uncountedLines;   // about crashes that use up no restart
  private final FloodLimit ruleLines;

  // guarded by the tree's lock
  private final Map<String, Child> children = new LinkedHashMap<>();   // in start order; a name is taken from before the start on
  private final Map<Cell<?>, Child.OfStage> byCell = new IdentityHashMap<>();
  private final ArrayDeque<Failure> history = new ArrayDeque<>();      // the crashes that the window counts, or the last of them
  private IntensityWindow window;
  private GroupRestart groupRestart;   // null while there is none
  private int alive;                   // stages of this supervisor and those below it
  private Gate idle;                   // open while there is none
  private Gate quiet;                  // open while there is none but those that take dead letters
  private boolean draining;            // nobody may start
  private boolean cancelling;          // the shutdown time is over
  private boolean closed;
  private final Gate ended;            // opens when it is closed
  private StageFailed failure;         // of the first that failed; the others' are suppressed in it
  private boolean failureIsOfAProducer;   // whether that stage failed only because a producer had
  private boolean failureThrown;
  private Time.Alarm deadline;         // of a drain that nobody waits for; null without one
  private long crashes;
  private long restarts;
  private long escalations;
  private long deadLetters;
  private long deadLettersUnhandled;
  private long eventsDropped;

  SupervisorCell(SupervisorSpec spec, Tree tree, SupervisorCell parent) {
    this.spec = spec;
    this.tree = tree;
    this.parent = parent;
    this.path = parent == null ? spec.name() : parent.path + "/" + spec.name();
    this.time = tree.realm().time();
    this.window = new IntensityWindow(spec.intensity());
    this.idle = time.gate();
    this.ended = time.gate();
    idle.open();
    this.quiet = time.gate();
    quiet.open();
    this.uncountedLines = new FloodLimit(time.nanos());
    this.ruleLines = new FloodLimit(time.nanos());
  }

  final SupervisorSpec spec() {
    return spec;
  }

  final Tree tree() {
    return tree;
  }

  final Time time() {
    return time;
  }

  final SupervisorCell parent() {
    return parent;
  }

  final String path() {
    return path;
  }

  private <T> T locked(Supplier<T> question) {
    return tree.locking(question);
  }

  @Override
  public final String name() {
    return spec.name();
  }

  @Override
  public final String toString() {
    return (parent == null ? "scope " : "supervisor ") + path;
  }

  // ---- starting; any thread

  @Override
  @SuppressWarnings("unchecked")   // a cell's handle is of the interface that fits the spec
  public final <O, S extends Stage> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return (ProducerRef<O, S>) (Object) startStage(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public final <I, O, S extends Stage> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    return (ProducerConsumerRef<I, O, S>) (Object) startStage(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public final <I, S extends Stage> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return (ConsumerRef<I, S>) (Object) startStage(spec);
  }

  private <S extends Stage> StageRef<S> startStage(StageSpec<S> spec) {
    Objects.requireNonNull(spec, "spec must not be null; make one with Stage.producer(…), Stage.consumer(…)");
    ensureSignificanceFits(spec.name(), spec.options().significant());
    warnOfTooManyAttempts(spec);
    Cell<S> cell = Cell.of(spec, path, tree.realm(), this);
    var child = new Child.OfStage(spec, cell);
    tree.locked(() -> admit(child, "stage"));
    try {
      startAndSubscribe(spec, cell, child);
    } catch (Throwable failure) {
      tree.locked(() -> children.remove(spec.name(), child));   // a child that did not start leaves no trace
      throw failure;
    }
    return cell.ref();
  }

  private <S extends Stage> void startAndSubscribe(StageSpec<S> spec, Cell<S> cell, Child.OfStage child) {
    Throwable refusal;
    try {
      refusal = cell.startAndAwait();
    } catch (Throwable noThread) {   // such as an OutOfMemoryError where no more platform threads can be had
      refusal = noThread;
    }
    if (refusal != null) {
      tree.locked(() -> {
        tree.noteEnding(cell);
        forget(child);
      });
      throw new StageFailed(cell.path(), "onStart", refusal);
    }
    tree.locked(child::started);
    try {
      cell.subscribe(spec);
    } catch (RuntimeException refused) {
      tree.locked(child::stopping);
      cell.stopAndAwait();   // so that its name is free when the caller tries again
      throw refused;
    }
    tree.locked(this::lookWhetherQuiet);   // it may be one that takes dead letters
  }

  private void ensureSignificanceFits(String child, boolean significant) {
    if (significant && spec.options().autoShutdown() == AutoShutdown.NEVER) {
      throw new IllegalArgumentException("child \"" + child + "\" is significant, but supervisor " + path
          + " never shuts itself down; give it withAutoShutdown(AutoShutdown.ANY) or ALL");
    }
  }

  private void warnOfTooManyAttempts(StageSpec<?> child) {
    if (child instanceof ProducerSpec) return;   // nothing is delivered to it
    int attempts = child.options().redelivery().attempts();
    int most = spec.intensity().restarts();
    if (most > 0 && attempts > most && child.options().restart() != Restart.TEMPORARY) {
      tree.log(System.Logger.Level.WARNING, "stage " + path + "/" + child.name() + " has an event delivered again " + attempts
          + " times, but its supervisor gives up after " + most + " restarts in " + spec.intensity().period()
          + ": a poisonous event ends the supervisor before it becomes a dead letter", null);
    }
  }

  /** Under the lock. */
  private void admit(Child child, String what) {
    if (closed) throw new ScopeMisuse(this + " is closed; " + what + " \"" + child.name() + "\" cannot be started in it");
    if (draining) throw new ScopeMisuse(this + " is closing; " + what + " \"" + child.name() + "\" cannot be started in it");
    Child before = children.get(child.name());
    if (before != null && before.isStopped()) {
      throw new ScopeMisuse(what + " name \"" + child.name() + "\" is taken in " + this + " by a child that has ended; restart(\""
          + child.name() + "\") starts that one again, delete(\"" + child.name() + "\") frees the name");
    }
    if (before != null) {
      throw new ScopeMisuse(what + " name \"" + child.name() + "\" is taken in " + this + "; names must differ while both are alive");
    }
    ensureRoom(child.name());
    children.put(child.name(), child);
    if (child instanceof Child.OfStage stage) born(stage);
  }

  private void ensureRoom(String name) {
    int most = spec.options().maxChildren();
    if (most == Integer.MAX_VALUE) return;
    long there = children.values().stream().filter(child -> !child.isStopped()).count();
    if (there >= most) {
      throw new ScopeMisuse(this + " may have " + most + " children at most (maxChildren) and has them; \"" + name + "\" cannot be started");
    }
  }

  private void born(Child.OfStage child) {
    byCell.put(child.cell(), child);
    for (SupervisorCell above = this; above != null; above = above.parent) {
      if (above.alive++ == 0) above.idle = above.time.gate();
      if (above.quiet.isOpen()) above.quiet = above.time.gate();
    }
  }

  /** Under the lock: its cell is no more. */
  private void forget(Child.OfStage child) {
    if (byCell.remove(child.cell()) == null) return;
    child.ended();
    for (SupervisorCell above = this; above != null; above = above.parent) {
      if (--above.alive == 0) above.idle.open();
    }
    lookWhetherQuiet();
  }

  /** Stages that only take dead letters do not keep {@code join} waiting, and are the last to end. Under the lock. */
  private void lookWhetherQuiet() {
    Set<Cell<?>> takers = tree.office().takers();
    for (SupervisorCell above = this; above != null; above = above.parent) {
      if (above.alive > above.countOf(takers)) return;
      above.quiet.open();
      if (above.parent == null && above.draining) tree.office().closeProducer();
    }
  }

  /** {@return how many of these cells are alive, and of this supervisor or one below it} */
  private int countOf(Set<Cell<?>> cells) {
    int count = 0;
    for (Cell<?> cell : cells) {
      if (cell.owner() instanceof SupervisorCell owner && owner.isBelow(this) && owner.byCell.containsKey(cell)) count++;
    }
    return count;
  }

  @Override
  public final Supervisor start(SupervisorSpec spec) {
    return start(spec, nothing -> {});
  }

  @Override
  public final Supervisor start(SupervisorSpec spec, SupervisorInit init) {
    Objects.requireNonNull(spec, "spec must not be null; make one with SupervisorSpec.of(…)");
    Objects.requireNonNull(init, "init must not be null");
    ensureSignificanceFits(spec.name(), spec.significant());
    if (spec.options().autoShutdown() != AutoShutdown.NEVER && spec.restart() == Restart.PERMANENT) {
      throw new IllegalArgumentException("supervisor \"" + spec.name() + "\" shuts itself down, so as a child it must not be PERMANENT; use withRestart(Restart.TRANSIENT)");
    }
    var supervisor = new ChildSupervisor(spec, tree, this);
    var child = new Child.OfSupervisor(supervisor);
    tree.locked(() -> admit(child, "supervisor"));
    try {
      init.start(supervisor);
    } catch (Throwable failure) {
      supervisor.unwind();
      if (failure instanceof InterruptedException) Thread.currentThread().interrupt();
      throw new StageFailed(supervisor.path(), "its start", failure);
    }
    return supervisor;
  }

  // ---- asking; any thread

  @Override
  public final List<StageRef<?>> children() {
    return locked(() -> {
      List<StageRef<?>> refs = new ArrayList<>();
      for (Child child : children.values()) if (child instanceof Child.OfStage stage && stage.cell() != null) refs.add(stage.cell().ref());
      return List.copyOf(refs);
    });
  }

  @Override
  public final StageRef<?> child(String name) {
    Objects.requireNonNull(name, "name must not be null");
    return locked(() -> {
      if (children.get(name) instanceof Child.OfStage stage && stage.cell() != null) return stage.cell().ref();
      List<String> there = children.values().stream().filter(child -> child instanceof Child.OfStage stage && stage.cell() != null).map(Child::name).toList();
      throw new ScopeMisuse("no stage \"" + name + "\" in " + this + "; there are: " + String.join(", ", there));
    });
  }

  @Override
  public final List<ChildSnapshot> childSnapshots() {
    return locked(() -> children.values().stream()
        .map(child -> new ChildSnapshot(child.name(), child instanceof Child.OfSupervisor, child.restart(), child.status()))
        .toList());
  }

  @Override
  public final ChildCounts counts() {
    return locked(() -> {
      int active = 0;
      int supervisors = 0;
      for (Child child : children.values()) {
        if (child.status() == ChildSnapshot.Status.RUNNING) active++;
        if (child instanceof Child.OfSupervisor) supervisors++;
      }
      return new ChildCounts(children.size(), active, supervisors, children.size() - supervisors);
    });
  }

  @Override
  public final SupervisionSnapshot snapshot() {
    return locked(() -> {
      long[] sums = new long[6];
      addUp(sums);
      return new SupervisionSnapshot(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5],
          tree.abandonedNow(), tree.refused(), tree.listenerFailures());
    });
  }

  private void addUp(long[] sums) {
    sums[0] += crashes;
    sums[1] += restarts;
    sums[2] += escalations;
    sums[3] += deadLetters;
    sums[4] += deadLettersUnhandled;
    sums[5] += eventsDropped;
    for (Child child : children.values()) if (child instanceof Child.OfSupervisor below) below.supervisor().addUp(sums);
  }

  /** Under the lock. */
  final boolean isRestarting() {
    return groupRestart != null || parent != null && parent.isRestarting();
  }

  // ---- managing children; any thread but those of the stages

  @Override
  public final void stop(String name) {
    Child child = known(name);
    switch (child) {
      case Child.OfStage stage -> stop(stage);
      case Child.OfSupervisor below -> below.supervisor().close();
    }
  }

  private Child known(String name) {
    Objects.requireNonNull(name, "name must not be null");
    return locked(() -> {
      Child child = children.get(name);
      if (child != null) return child;
      throw new ScopeMisuse("no child \"" + name + "\" in " + this + "; there are: " + String.join(", ", children.keySet()));
    });
  }

  final void stop(Child.OfStage child) {
    Cell<?> cell = locked(() -> {
      child.stopping();
      return child.cell();
    });
    if (cell == null) return;
    if (cell.carrier().isCurrent()) {
      throw new ScopeMisuse("stop(\"" + child.name() + "\") would wait for itself, because it was called on the stage's own thread; use StageContext.stop()");
    }
    long limit = switch (child.spec().options().shutdown()) {
      case Shutdown.Brutal brutal -> 0;
      case Shutdown.Within(var most) -> Time.toNanos(most);
      case Shutdown.Unlimited unlimited -> Long.MAX_VALUE;
    };
    if (!(child.spec().options().shutdown() instanceof Shutdown.Brutal)) cell.stop();
    if (limit > 0 && cell.awaitEnd(limit)) return;
    tree.locked(() -> cancel(cell));
    cell.awaitEnd(Long.MAX_VALUE);
  }

  @Override
  public final StageRef<?> restart(String name) {
    ensureNotDynamic("restart");
    return switch (known(name)) {
      case Child.OfStage stage -> startAgain(stage, stage.spec());
      case Child.OfSupervisor below -> throw new ScopeMisuse("supervisor \"" + name + "\" is running in " + this + "; only stopped stages can be restarted");
    };
  }

  private <S extends Stage> StageRef<S> startAgain(Child.OfStage stopped, StageSpec<S> spec) {
    Cell<S> cell = Cell.of(spec, path, tree.realm(), this);
    var child = new Child.OfStage(spec, cell);
    tree.locked(() -> {
      ensureStopped(stopped, "restarted");
      if (draining) throw new ScopeMisuse(this + " is closing; stage \"" + spec.name() + "\" cannot be restarted in it");
      ensureRoom(spec.name());
      children.replace(spec.name(), child);
      born(child);
    });
    startAndSubscribe(spec, cell, child);
    return cell.ref();
  }

  private void ensureStopped(Child child, String what) {
    if (children.get(child.name()) != child) throw new ScopeMisuse("no child \"" + child.name() + "\" in " + this + " any more");
    if (!child.isStopped()) {
      throw new ScopeMisuse("child \"" + child.name() + "\" of " + this + " cannot be " + what + ", because it is "
          + child.status().name().toLowerCase(Locale.ROOT) + "; stop it first");
    }
  }

  private void ensureNotDynamic(String what) {
    if (spec.strategy() == Strategy.DYNAMIC) {
      throw new ScopeMisuse(what + "() is not for a dynamic supervisor: " + this + " forgets children that have ended");
    }
  }

  @Override
  public final void delete(String name) {
    ensureNotDynamic("delete");
    Child child = known(name);
    tree.locked(() -> {
      ensureStopped(child, "deleted");
      children.remove(name);
    });
  }

  @Override
  public final ProducerRef<DeadLetter, ?> deadLetters() {
    tree.locked(() -> {
      if (root().closed || root().draining) throw new ScopeMisuse(root() + " is closing or closed; there are no more dead letters to take");
    });
    return tree.office().producer();
  }

  // ---- starts and crashes; on the thread of the cell

  @Override
  public final Consumer<Runnable> around() {
    return tree.around();
  }

  @Override
  public final void started(Cell<?> cell) {
    tree.tell(new StageEvent.Started(cell.path()));
  }

  @Override
  public final Verdict crashed(Cell<?> cell, int incarnation, Throwable cause, String during, boolean canSkip) {
    tree.tell(new StageEvent.Crashed(cell.path(), incarnation, cause, during));
    var failed = locked(() -> {
      crashes++;
      return new Failure(cell.path(), incarnation, cause, during, cell.options().restart(), window.count());
    });
    Decision decision = decide(failed);
    var log = new CrashLog(path, cell.name(), incarnation, "crashed in=" + during, cause);
    Verdict verdict = locked(() -> judge(cell, failed, decision, canSkip, log));
    log.write(tree, uncountedLines);
    return verdict;
  }

  private Decision decide(Failure failure) {
    if (spec.decisions() == DecisionRule.RESTART) return Decision.restart();
    try {
      Decision decision = spec.decisions().decide(failure);
      if (decision != null) return decision;
      ruleFailed("answered null for " + failure, null);
    } catch (Throwable ruleFailure) {
      ruleFailed("threw for " + failure, ruleFailure);
    }
    return Decision.restart();
  }

  private void ruleFailed(String how, Throwable ruleFailure) {
    String note = ruleLines.admit(time.nanos());
    if (note == null) return;
    tree.log(System.Logger.Level.WARNING, "the decision rule of supervisor " + path + " " + how + "; taken for restart" + note,
        ruleFailure);
  }

  /** Under the lock. */
  private Verdict judge(Cell<?> cell, Failure failed, Decision decision, boolean canSkip, CrashLog log) {
    Child.OfStage child = byCell.get(cell);
    if (isDraining() || child == null) return new Verdict.End(false);
    SupervisorCell regrouping = regrouping(child);
    if (regrouping != null && regrouping.groupRestart.isStopping()) {
      log.says("HOLD: it was being stopped for a group restart, not counted");
      return new Verdict.Hold();
    }
    if (isOfTheMachine(failed.cause())) {
      log.givesUp(root().path, "FAIL_SCOPE: this is no fault of the stage's");
      return new Verdict.End(false);
    }
    if (failed.cause() instanceof StageKilled && tree.abandonedNow() > root().spec.options().maxAbandoned()) {
      log.says("too many threads abandoned");
      return giveUp(child, failed, log);
    }
    return switch (decision) {
      case Decision.Stop stop -> {
        log.saysUncounted("STOP");
        yield new Verdict.End(true);
      }
      case Decision.Escalate escalate -> giveUp(child, failed, log);
      case Decision.Resume resume when canSkip -> {
        log.saysUncounted("RESUME");
        yield new Verdict.Resume();
      }
      case Decision.Resume resume when failed.during().equals("onStart") || failed.during().equals("kill") -> restart(child, failed, regrouping, log);
      case Decision.Resume resume -> {
        if (isUsedUp(failed)) yield giveUp(child, failed, log);
        log.says("RESUME " + countOfRestarts());
        yield new Verdict.Resume();
      }
      case Decision.Restart restart -> restart(child, failed, regrouping, log);
    };
  }

  /** An {@code InternalError} and its like say that the JVM itself is in trouble; a stack or a heap that was full may be the stage's doing. */
  private static boolean isOfTheMachine(Throwable cause) {
    return cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError) && !(cause instanceof OutOfMemoryError);
  }

  private Verdict restart(Child.OfStage child, Failure failed, SupervisorCell regrouping, CrashLog log) {
    if (child.restart() == Restart.TEMPORARY) {
      log.saysUncounted("NONE: it is temporary");
      return new Verdict.End(true);
    }
    // Who crashes while a whole group is being started makes that start fail, at the supervisor that restarts the group.
    SupervisorCell decides = regrouping == null ? this : regrouping;
    if (decides.isUsedUp(failed)) return decides.giveUp(child, failed, log);
    long delay = decides.backoffNanos();
    log.says("RESTART" + (delay > 0 ? " in=" + Duration.ofNanos(delay).toMillis() + "ms" : "") + " " + decides.countOfRestarts());
    if (regrouping == null && (spec.strategy() == Strategy.ONE_FOR_ONE || spec.strategy() == Strategy.DYNAMIC)) return new Verdict.Restart(delay);
    decides.restartGroup(child, delay, false);
    return new Verdict.Hold();
  }

  private boolean isUsedUp(Failure failed) {
    history.addLast(failed);
    if (history.size() > LONGEST_HISTORY) history.removeFirst();
    return window.isUsedUp(time.nanos());
  }

  private long backoffNanos() {
    return BackoffRule.delayNanos(spec.backoff(), window.count(), time.chance());
  }

  private String countOfRestarts() {
    return "restarts=" + window.count() + "/" + spec.intensity().restarts() + " in " + spec.intensity().period();
  }

  /** {@return the supervisor, this one or one above it, that is restarting a group in which the stage is; null if there is none} */
  private SupervisorCell regrouping(Child.OfStage child) {
    for (SupervisorCell above = this; above != null; above = above.parent) {
      if (above.groupRestart != null && above.groupRestart.covers(child)) return above;
    }
    return null;
  }

  /** Restarts the child in which the stage is, together with those that the strategy names. Under the lock. */
  private void restartGroup(Child.OfStage crashed, long delayNanos, boolean fresh) {
    List<Child.OfStage> group = new ArrayList<>();
    boolean seen = false;
    for (Child child : children.values()) {
      List<Child.OfStage> stages = new ArrayList<>();
      stagesOf(child, stages);
      boolean isIt = stages.contains(crashed);
      seen |= isIt;
      boolean belongs = switch (spec.strategy()) {
        case ONE_FOR_ONE, DYNAMIC -> isIt;
        case ONE_FOR_ALL -> true;
        case REST_FOR_ONE -> seen;
      };
      if (!belongs) continue;
      group.addAll(stages);
      if (child instanceof Child.OfSupervisor below) below.supervisor().beginAnew();
    }
    if (groupRestart != null) groupRestart.cancel();
    groupRestart = new GroupRestart(this, group, crashed, fresh, delayNanos, time);
    groupRestart.goOn();
  }

  private static void stagesOf(Child child, List<Child.OfStage> all) {
    switch (child) {
      case Child.OfStage stage -> {
        if (stage.cell() != null && !stage.isStarting() && !stage.isStopping()) all.add(stage);
      }
      case Child.OfSupervisor below -> below.supervisor().children.values().forEach(each -> stagesOf(each, all));
    }
  }

  /** Its parent restarts it: the window is empty, and a restart of its own is part of the greater one. */
  private void beginAnew() {
    window = new IntensityWindow(spec.intensity());
    history.clear();
    if (groupRestart != null) groupRestart.cancel();
    groupRestart = null;
    for (Child child : children.values()) if (child instanceof Child.OfSupervisor below) below.supervisor().beginAnew();
  }

  final void groupRestarted(GroupRestart done) {
    if (groupRestart == done) groupRestart = null;
  }

  /** One crash too many: the parent restarts all stages of this supervisor in place, or gives up in turn. Under the lock. */
  private Verdict giveUp(Child.OfStage child, Failure failed, CrashLog log) {
    escalations++;
    log.givesUp(path, "GIVE_UP " + countOfRestarts());
    if (groupRestart != null) groupRestart.cancel();
    groupRestart = null;
    if (parent == null) return new Verdict.End(false);
    if (parent.isDraining()) return new Verdict.End(false);
    if (spec.restart() != Restart.PERMANENT) {
      failure = failureOf(failed);
      shutDown();
      return new Verdict.End(true);
    }
    var escalated = new Failure(path, 1, failed.cause(), "its restart intensity", spec.restart(), parent.window.count());
    if (parent.isUsedUp(escalated)) return parent.giveUp(child, failed, log);
    long delay = parent.backoffNanos();
    log.says("RESTART_SUPERVISOR" + (delay > 0 ? " in=" + Duration.ofNanos(delay).toMillis() + "ms" : "") + " by=" + parent.path + " "
        + parent.countOfRestarts());
    parent.restartGroup(child, delay, true);
    return new Verdict.Hold();
  }

  private StageFailed failureOf(Failure failed) {
    return new StageFailed(failed.path(), failed.during(), failed.cause(), List.copyOf(history));
  }

  @Override
  public final Verdict completed(Cell<?> cell, Throwable onceTooOften) {
    var log = new CrashLog(path, cell.name(), cell.snapshot().incarnation(), "completed", onceTooOften);
    Verdict verdict = locked(() -> {
      Child.OfStage child = byCell.get(cell);
      if (isDraining() || child == null || child.isStopping()) return new Verdict.End(true);
      SupervisorCell regrouping = regrouping(child);
      if (regrouping != null && regrouping.groupRestart.isStopping()) return new Verdict.Hold();
      var ended = new Failure(cell.path(), cell.snapshot().incarnation(), onceTooOften, "completion", Restart.PERMANENT, window.count());
      return restart(child, ended, regrouping, log);
    });
    log.write(tree, uncountedLines);
    return verdict;
  }

  // ---- group restarts and ends; on the thread of the cell

  @Override
  public final void held(Cell<?> cell, boolean waits) {
    tree.locked(() -> {
      Child.OfStage child = byCell.get(cell);
      if (child == null) return;
      child.hold(waits ? Child.Hold.HELD : Child.Hold.NONE);
      SupervisorCell regrouping = regrouping(child);
      if (regrouping == null) return;
      if (waits) regrouping.groupRestart.goOn();
      else regrouping.groupRestart.willEnd(child);
    });
  }

  @Override
  public final void restarted(Cell<?> cell) {
    tree.locked(() -> {
      restarts++;
      Child.OfStage child = byCell.get(cell);
      if (child == null) return;
      child.hold(Child.Hold.NONE);
      SupervisorCell regrouping = regrouping(child);
      if (regrouping != null) regrouping.groupRestart.goOn();
    });
    tree.tell(new StageEvent.Restarted(cell.path(), cell.snapshot().incarnation()));
  }

  @Override
  public final void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
    tree.locked(() -> {
      Child.OfStage child = byCell.get(cell);
      tree.noteEnd(cell, last);
      // That a producer was cancelled is no failure of its consumers, which are being cancelled too.
      boolean byCancel = isCancelling() && reason instanceof StopReason.ProducerFailed(var producer, var cause) && cause instanceof CancellationException;
      if (reason.isFailure() && !byCancel && !contained) root().failed(cell, reason, during, history);
      if (child == null) return;
      SupervisorCell regrouping = regrouping(child);
      boolean ofItsOwn = !child.isStopping() && !isDraining();
      forget(child);
      if (spec.strategy() == Strategy.DYNAMIC || child.restart() == Restart.TEMPORARY || isDraining()) children.remove(child.name(), child);
      if (regrouping != null) regrouping.groupRestart.goOn();
      if (ofItsOwn) significantEnded(child, reason);
      endIfEmpty();
    });
    tree.tell(new StageEvent.Ended(cell.path(), reason));
  }

  /** Shuts down if the end of this child, which is of its own making, is what autoShutdown waits for. */
  private void significantEnded(Child child, StopReason reason) {
    if (!child.isSignificant()) return;
    if (child.restart() == Restart.TRANSIENT && reason instanceof StopReason.Crashed) return;   // it was given up, which is another story
    boolean now = switch (spec.options().autoShutdown()) {
      case NEVER -> false;
      case ANY -> true;
      case ALL -> children.values().stream().noneMatch(other -> other != child && other.isSignificant() && !other.isStopped());
    };
    if (now) shutDown();
  }

  /** Under the lock: a supervisor that was shut down and has no stage left is no child any more. */
  final void endIfEmpty() {
    if (parent == null || !draining || alive > 0 || closed) return;
    closed = true;
    if (deadline != null) deadline.cancel();
    parent.supervisorEnded(this);
  }

  private void supervisorEnded(SupervisorCell below) {
    Child child = children.get(below.name());
    if (!(child instanceof Child.OfSupervisor known) || known.supervisor() != below) return;
    crashes += below.crashes;
    restarts += below.restarts;
    escalations += below.escalations;
    deadLetters += below.deadLetters;
    deadLettersUnhandled += below.deadLettersUnhandled;
    eventsDropped += below.eventsDropped;
    children.remove(below.name());
    if (!isDraining() && !below.wasStopped()) significantEnded(child, new StopReason.Stopped());
    endIfEmpty();
  }

  /** {@return whether somebody else wanted its end} Under the lock. */
  boolean wasStopped() {
    return false;
  }

  @Override
  public final void returned(SubscriptionSnapshot last) {
    tree.locked(() -> tree.noteReturned(last));
  }

  @Override
  public final void returnedAfterEnd(Cell<?> cell, int events) {
    tree.locked(() -> tree.noteReturnedAfterEnd(cell, events));
  }

  @Override
  public final void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
    tree.locked(() -> deadLetters++);
    tree.tell(new StageEvent.DeadLettered(letter));
    tree.office().take(this, cell, letter, handler, count);
  }

  /** A letter of a stage of this supervisor, which may have ended in the meantime, was not handled. Any thread. */
  final void deadLetterUnhandled() {
    tree.locked(() -> {
      SupervisorCell counts = this;
      while (counts.parent != null && counts.closed) counts = counts.parent;   // its numbers are its parent's now
      counts.deadLettersUnhandled++;
    });
  }

  @Override
  public final void dropped(Cell<?> cell, long events, String why) {
    tree.locked(() -> eventsDropped += events);
    tree.tell(new StageEvent.Dropped(cell.path(), events, why));
  }

  // ---- ending by force: interrupt, wait for the grace time, abandon

  @Override
  public final void kill(Cell<?> cell) {
    tree.locked(() -> killHeld(cell));
  }

  @Override
  public final void interrupt(Cell<?> cell, Runnable tell) {
    tree.locked(() -> {
      tell.run();
      cell.carrier().interrupt();
    });
  }

  @Override
  public final void overdue(Cell<?> cell) {
    tree.locked(() -> abandonAfterGrace(cell));
  }

  /** Under the lock. */
  final void killHeld(Cell<?> cell) {
    cell.kill();
    abandonAfterGrace(cell);
  }

  /** It has to give up what it is doing. Under the lock. */
  final void cancel(Cell<?> cell) {
    tree.noteCancelled(cell);
    cell.cancel();
    abandonAfterGrace(cell);
  }

  private void abandonAfterGrace(Cell<?> cell) {
    time.at(time.nanos() + Time.toNanos(root().spec.grace()), () -> {
      if (abandonIfOverdue(cell) && cell.isOverdue()) tree.locked(() -> abandonAfterGrace(cell));
    });
  }

  /** {@return whether to look again: it is overdue, but was not in user code at this instant} Any thread. */
  private boolean abandonIfOverdue(Cell<?> cell) {
    if (!cell.isOverdue()) return false;
    return locked(() -> !tree.isOver() && tree.abandon(cell) == null);
  }

  @Override
  public final void tookOver(Cell<?> cell, Thread old) {
    int incarnation = cell.snapshot().incarnation();
    tree.log(System.Logger.Level.ERROR, "supervisor=" + path + " child=" + cell.name() + "#" + incarnation + " ignored its interrupt; its thread was abandoned, "
        + locked(tree::abandonedNow) + "/" + root().spec.options().maxAbandoned() + "; where it is:", stackOf(old));
    tree.tell(new StageEvent.Abandoned(cell.path(), incarnation, old.getName()));
  }

  /** The grace time is over: those who are in user code lose their threads, so that what they had in hand can be accounted for. */
  final void abandonAll() {
    if (idle().isOpen()) return;
    cellsAlive().forEach(this::abandonIfOverdue);
    awaitIdle(Time.toNanos(root().spec.grace()), false);
  }

  private static Throwable stackOf(Thread thread) {
    var stack = new StageKilled("the stack of thread " + thread.getName());
    stack.setStackTrace(thread.getStackTrace());
    return stack;
  }

  // ---- failing and draining; under the lock

  private SupervisorCell root() {
    return parent == null ? this : parent.root();
  }

  final boolean isDraining() {
    return draining || parent != null && parent.isDraining();
  }

  @Override
  public final boolean endsWith(CellOwner other) {
    return other == this || locked(() -> {
      SupervisorCell ending = null;   // the highest that is
      for (SupervisorCell above = this; above != null; above = above.parent) if (above.draining) ending = above;
      if (ending == null) return false;
      if (tree.office().isProducers(other)) return ending.parent == null;
      return other instanceof SupervisorCell it && it.isBelow(ending);
    });
  }

  private boolean isBelow(SupervisorCell other) {
    return this == other || parent != null && parent.isBelow(other);
  }

  final boolean isCancelling() {
    return cancelling || parent != null && parent.isCancelling();
  }

  /** Of the root: keeps the failure, and drains the others, for as long as the shutdown time at most. */
  private void failed(Cell<?> cell, StopReason reason, String during, ArrayDeque<Failure> crashes) {
    Throwable cause = switch (reason) {
      case StopReason.Crashed(var thrown) -> thrown;
      case StopReason.ProducerFailed(var producer, var thrown) -> thrown;
      case StopReason.Completed completed -> throw new IllegalStateException("a completed stage has not failed");
      case StopReason.Stopped stopped -> throw new IllegalStateException("a stopped stage has not failed");
      case StopReason.Replaced replaced -> throw new IllegalStateException("a replaced behaviour has not failed");
      case StopReason.GroupRestart restarted -> throw new IllegalStateException("a stage that is restarted has not failed");
    };
    boolean crashed = reason instanceof StopReason.Crashed;
    var failed = new StageFailed(cell.path(), during, cause, crashed ? List.copyOf(crashes) : List.of());
    if (failure == null) {
      failure = failed;
      failureIsOfAProducer = !crashed;
    } else if (crashed && failureIsOfAProducer) {
      // A consumer that failed with its producer may get here first, but the crash is what happened.
      if (failure.getCause() != cause) failed.addSuppressed(failure);
      failure = failed;
      failureIsOfAProducer = false;
    } else if (crashed) {
      failure.addSuppressed(failed);
    }
    shutDown();
  }

  /** Begins to drain, unless that has begun, and cancels when the shutdown time is over. */
  final void shutDown() {
    if (draining) return;
    drainAll();
    deadline = time.at(time.nanos() + Time.toNanos(spec.shutdown()), this::cancelAll);
    endIfEmpty();
  }

  final void drainAll() {
    draining = true;
    giveUpRestarts();
    forEachCell(Cell::drain);
    lookWhetherQuiet();
  }

  private void giveUpRestarts() {
    if (groupRestart != null) groupRestart.cancel();
    groupRestart = null;
    for (Child child : children.values()) if (child instanceof Child.OfSupervisor below) below.supervisor().giveUpRestarts();
  }

  private void forEachCell(Consumer<Cell<?>> action) {
    for (Child child : List.copyOf(children.values())) {
      switch (child) {
        case Child.OfStage stage -> {
          if (stage.cell() != null) action.accept(stage.cell());
        }
        case Child.OfSupervisor below -> below.supervisor().forEachCell(action);
      }
    }
  }

  final void cancelAll() {
    tree.locked(() -> {
      cancelling = true;
      forEachCell(this::cancel);
      if (parent == null) tree.office().cancelProducer();
    });
  }

  final List<Cell<?>> cellsAlive() {
    return locked(() -> {
      List<Cell<?>> cells = new ArrayList<>();
      forEachCell(cells::add);
      return cells;
    });
  }

  @Override
  public final void stop() {
    tree.locked(this::shutDown);
  }

  // ---- waiting

  final Gate idle() {
    return locked(() -> idle);
  }

  final Gate ended() {
    return ended;
  }

  /** {@return open while no stage is alive but those that take dead letters} */
  final Gate quiet() {
    return locked(() -> {
      lookWhetherQuiet();   // a stage may have subscribed to them since
      return isDraining() ? idle : quiet;
    });
  }

  final boolean isClosed() {
    return locked(() -> closed);
  }

  final void markClosed() {
    tree.locked(() -> {
      closed = true;
      ended.open();
      if (deadline != null) deadline.cancel();   // or the timer would hold on to the scope
    });
  }

  final void ensureOpen() {
    if (isClosed()) throw new ScopeMisuse(this + " is closed");
  }

  final void throwFailure() {
    StageFailed toThrow = locked(() -> {
      if (failure != null) failureThrown = true;
      return failure;
    });
    if (toThrow != null) throw toThrow;
  }

  /** {@return the failure that nobody has been told of; null if there is none} It counts as told then. */
  final StageFailed untoldFailure() {
    return locked(() -> {
      if (failure == null || failureThrown) return null;
      failureThrown = true;
      return failure;
    });
  }

  /** Waits until no cell is alive. Answers false if it was interrupted. */
  final boolean awaitIdle(long nanos, boolean endsByInterrupt) {
    long until = time.nanos() + nanos;
    boolean interrupted = false;
    while (true) {
      try {
        idle().await(Math.max(0, until - time.nanos()));
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        if (endsByInterrupt) break;
      }
    }
    if (interrupted && !endsByInterrupt) Thread.currentThread().interrupt();
    return !interrupted;
  }

  /** Stops its children in reverse start order and ends: it could not be started. */
  final void unwind() {
    List<Child> started = locked(() -> {
      draining = true;
      return List.copyOf(children.values());
    });
    for (Child child : started.reversed()) {
      switch (child) {
        case Child.OfStage stage -> stop(stage);
        case Child.OfSupervisor below -> below.supervisor().unwind();
      }
    }
    tree.locked(this::endIfEmpty);
  }

  /** Drains, then cancels, and waits for the end: of a supervisor that is a child. */
  final void end(Duration limit) {
    for (Cell<?> cell : cellsAlive()) {
      if (cell.carrier().isCurrent()) {
        throw new ScopeMisuse("supervisor " + path + " cannot be closed by its own stage " + cell.path() + ", which would wait for itself; use stop()");
      }
    }
    stop();
    boolean interrupted = !awaitIdle(Time.toNanos(limit), true);
    if (!idle().isOpen()) {
      cancelAll();
      awaitIdle(Long.MAX_VALUE / 2, false);
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
