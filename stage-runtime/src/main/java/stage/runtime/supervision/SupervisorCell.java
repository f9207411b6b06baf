package stage.runtime.supervision;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StageSpec;
import stage.api.StopReason;
import stage.api.observe.Explanation;
import stage.api.observe.PageSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.ChildCounts;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.ScopeHandle;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.SupervisionSnapshot;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Assembly;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.Directive;
import stage.runtime.engine.StartFailure;
import stage.runtime.engine.StartSequence;
import stage.runtime.time.Activity;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/**
 * A supervisor: starts children, decides what becomes of those that crash, and ends them.
 *
 * <p>It has no thread. A decision is taken by the thread that brings the news - of a cell that crashes, is held, or
 * ends; of an alarm; of a caller - under the tree's lock, and nothing that is done there waits or runs user code.
 */
abstract class SupervisorCell implements Supervisor, CellOwner.Supervision {
  private volatile Assembly assembly;   // the thread that runs its init; null but while that runs outside of another
  private volatile StartSequence starts;   // the same thread; null but while it runs its init
  private final SupervisorSpec spec;
  private final String path;
  private final ScopeContext context;
  private final SupervisorCell parent;   // null at the root
  private final SupervisorCell root;
  private final DeadLetterQueue deadLetters;   // of the whole scope, as is the next
  private final DeadLetterProducer deadLetterProducer;
  // guarded by the tree's lock
  private final Counters counters = new Counters();
  private final Children children;
  private final FaultHandling faultHandling;
  private final ShutdownSequence shutdown;
  private final BridgeOwner companions;
  private final CellOwner owner;   // of its stages

  SupervisorCell(SupervisorSpec spec, ScopeContext context, SupervisorCell parent) {
    this.spec = spec;
    this.context = context;
    this.parent = parent;
    this.path = parent == null ? spec.name() : parent.path + "/" + spec.name();
    this.children = new Children(this);
    this.faultHandling = new FaultHandling(this);
    this.shutdown = new ShutdownSequence(this, children);
    this.companions = new BridgeOwner(this);
    this.owner = new CellOwner(this, new ChildNews(this), context);
    if (parent == null) {
      this.root = this;
      this.deadLetterProducer = new DeadLetterProducer(context, path, this);
      this.deadLetters = new DeadLetterQueue(context, path, deadLetterProducer);
    } else {
      this.root = parent.root;
      this.deadLetterProducer = parent.deadLetterProducer;
      this.deadLetters = parent.deadLetters;
    }
    warnOfABackoffThatIsNeverReached();
  }

  private void warnOfABackoffThatIsNeverReached() {
    int restarts = spec.intensity().restarts();
    if (restarts == 0 || spec.backoff().most().isZero()) return;
    long last = BackoffRule.longestNanos(spec.backoff(), restarts);
    if (last >= Time.toNanos(spec.backoff().most())) return;
    context.log(System.Logger.Level.WARNING,
        this + " has a backoff of up to " + CrashLog.shown(spec.backoff().most()) + ", but gives up after " + restarts
            + " restarts without progress, of which the last waits for " + CrashLog.shown(Duration.ofNanos(last))
            + "; to get there it takes an intensity of "
        + BackoffRule.restartsToReach(spec.backoff()), null);
  }

  final SupervisorSpec spec() {
    return spec;
  }

  final ScopeContext shared() {
    return context;
  }

  final Time time() {
    return context.graph().time();
  }

  final SupervisorCell parent() {
    return parent;
  }

  final SupervisorCell root() {
    return root;
  }

  final DeadLetterQueue deadLetterQueue() {
    return deadLetters;
  }

  final DeadLetterProducer deadLetterProducer() {
    return deadLetterProducer;
  }

  final Observed observed() {
    return new ObservedSupervisor(this);
  }

  final String path() {
    return path;
  }

  final Counters counters() {
    return counters;
  }

  final Children members() {
    return children;
  }

  final FaultHandling faultHandling() {
    return faultHandling;
  }

  final ShutdownSequence shutdown() {
    return shutdown;
  }

  private <T> T locked(Supplier<T> question) {
    return context.locking(question);
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
  public final <O, S extends Stage.Behaviour> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return (ProducerRef<O, S>) (Object) startStage(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public final <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(
      ProducerConsumerSpec<I, O, S> spec) {
    return (ProducerConsumerRef<I, O, S>) (Object) startStage(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public final <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return (ConsumerRef<I, S>) (Object) startStage(spec);
  }

  private <S extends Stage.Behaviour> StageRef<S> startStage(StageSpec<S> spec) {
    Objects.requireNonNull(spec, "spec must not be null; make one with Stage.producer(…), Stage.consumer(…)");
    ensureSignificanceFits(spec.name(), spec.options().significant());
    warnOfTooManyAttempts(spec);
    StartSequence starts = startsOfThisInit();
    if (starts == null) endPredecessor(spec.name());   // in a new supervisor there is none
    else ensureNoneHasFailed(starts);
    Cell<S> cell = Cell.of(spec, path, context.graph(), owner, assembling());
    var child = new Child.OfStage(spec, cell, time().current().getName(), false);
    try {
      context.locked(() -> children.admit(child, "stage"));
      if (starts == null) startAndAwait(cell);
      else starts.add(cell);
    } catch (Throwable failure) {
      context.locked(() -> children.dropOnceEnded(child));
      holdIfExiting();
      throw failure;
    }
    return cell.ref();
  }

  /** Whatever is thrown, the cell stays a child until it has ended. */
  private void startAndAwait(Cell<?> cell) {
    StartFailure failure = cell.startAndAwait();
    if (failure != null) throw failed(cell.path(), failure);
    lookWhetherQuiet();
  }

  /** A stage that has started may be one that takes dead letters. */
  private void lookWhetherQuiet() {
    if (deadLetterProducer.isThere()) context.locked(children::lookWhetherQuiet);
  }

  private static StageFailedException failed(String path, StartFailure failure) {
    if (failure.hadStarted()) SupervisorCell.<RuntimeException>sneak(failure.cause());
    return new StageFailedException(path, "onStart", failure.cause());
  }

  @SuppressWarnings("unchecked")   // a refused subscription is thrown as it is; all that it throws is unchecked
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }

  /** {@return in what the calling thread starts stages; null if it runs no init of this supervisor} */
  private StartSequence startsOfThisInit() {
    StartSequence running = starts;
    return running != null && running.isOfThisThread() && !Thread.currentThread().isInterrupted() ? running : null;
  }

  private static void ensureNoneHasFailed(StartSequence starts) {
    if (starts.failedPath() != null) throw failed(starts.failedPath(), starts.failure());
  }

  private void awaitAll(StartSequence starts) {
    starts.await();
    ensureNoneHasFailed(starts);
    lookWhetherQuiet();
  }

  /**
   * A stage that starts a child does so again in its next incarnation: the child that its earlier one has started makes
   * way.
   */
  private void endPredecessor(String name) {
    Child before = locked(() -> children.named(name));
    if (before == null || !isOfEarlierIncarnation(before.startedOn())) return;
    switch (before) {
      case Child.OfStage stage -> stop(stage);
      case Child.OfSupervisor below -> below.supervisor().close();
      case Child.OfStoppedSupervisor stopped -> {}
    }
    context.locked(() -> children.remove(before));
  }

  /**
   * {@return whether that is the name of the calling thread in an earlier lifecycle of the stage whose thread it is}
   */
  private boolean isOfEarlierIncarnation(String thread) {
    String caller = time().current().getName();
    int at = caller.lastIndexOf('#');
    return at >= 0 && !thread.equals(caller) && thread.startsWith(caller.substring(0, at + 1))
        && root().members().cellsAlive().stream().anyMatch(cell -> cell.driver().isCurrent());
  }

  /** A thread that starts something while the JVM exits is held until that is over, if the scope drains then. */
  void holdIfExiting() {
    if (parent != null) root().holdIfExiting();
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
    if (most > 0 && attempts >= most && child.options().restart() != Restart.TEMPORARY) {
      context.log(System.Logger.Level.WARNING,
          "stage " + path + "/" + child.name() + " has an event delivered again " + attempts
              + " times, but its supervisor gives up after " + most + " restarts in "
              + CrashLog.shown(spec.intensity().period())
          + ": a poisonous event ends the supervisor before it becomes a dead letter", null);
    }
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
      throw new IllegalArgumentException("supervisor \"" + spec.name()
          + "\" shuts itself down, so as a child it must not be PERMANENT; use withRestart(Restart.TRANSIENT)");
    }
    StartSequence starts = startsOfThisInit();
    if (starts != null) awaitAll(starts);   // its children come after those
    endPredecessor(spec.name());
    var supervisor = new ChildSupervisor(spec, context, this);
    var child = new Child.OfSupervisor(supervisor, init, time().current().getName());
    try {
      context.locked(() -> children.admit(child, "supervisor"));
    } catch (ScopeMisuseException refused) {
      holdIfExiting();
      throw refused;
    }
    supervisor.assemble(init, supervisor.shutdown()::unwind);
    return supervisor;
  }

  /**
   * Runs an init, and waits until all stages of it have started. Those that emit begin when the outermost init has
   * returned.
   */
  final void assemble(SupervisorInit init, Runnable unwind) {
    Assembly own = assembling() == null ? new Assembly() : null;
    assembly = own;
    var all = new StartSequence(context.graph(), path);
    starts = all;
    try {
      init.start(this);
      awaitAll(all);
    } catch (Throwable failure) {
      starts = null;
      all.giveUp(failure);
      var failed = new StageFailedException(path, "its start", failure);
      try {
        unwind.run();
      } catch (RuntimeException other) {
        failed.addSuppressed(other);
      }
      if (failure instanceof InterruptedException) Thread.currentThread().interrupt();
      throw failed;
    } finally {
      starts = null;
      assembly = null;
      if (own != null) own.finish();
    }
  }

  /** {@return the assembly of the outermost init that is running; null if none is} */
  private Assembly assembling() {
    Assembly outermost = null;
    for (SupervisorCell here = this; here != null; here = here.parent) {
      Assembly running = here.assembly;
      if (running != null) outermost = running;
    }
    return outermost;
  }

  /** Refuses to wait for stages in the init that starts them. */
  final void ensureBegun(String what) {
    Assembly running = assembling();
    if (running != null) running.ensureMayWait(what, toString());
  }

  @Override
  public final <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
    companions.startCompanion(companion, connect);
  }

  // ---- asking; any thread

  @Override
  public final List<StageRef<?>> children() {
    return locked(() -> {
      List<StageRef<?>> refs = new ArrayList<>();
      for (Child child : children.all())
        if (child instanceof Child.OfStage stage && stage.cell() != null) refs.add(stage.cell().ref());
      return List.copyOf(refs);
    });
  }

  @Override
  public final StageRef<?> child(String name) {
    Objects.requireNonNull(name, "name must not be null");
    return locked(() -> {
      if (children.named(name) instanceof Child.OfStage stage && stage.cell() != null) return stage.cell().ref();
      List<String> there = children.all().stream()
          .filter(child -> child instanceof Child.OfStage stage && stage.cell() != null).map(Child::name).toList();
      throw new ScopeMisuseException(
          "no stage \"" + name + "\" in " + this + "; there are: " + String.join(", ", there));
    });
  }

  @Override
  public final List<ChildSnapshot> childSnapshots() {
    return locked(children::snapshots);
  }

  @Override
  public final ChildCounts counts() {
    return locked(children::counts);
  }

  @Override
  public final SupervisionSnapshot snapshot() {
    return locked(() -> {
      var sum = new Counters();
      sum.add(counters);
      children.supervisorsBelow().forEach(below -> sum.add(below.counters));
      return sum.snapshot(context);
    });
  }

  @Override
  public final TreeSnapshot tree() {
    return Trees.of(this);
  }

  @Override
  public final Registration watch() {
    return observed().watch();
  }

  @Override
  public final Explanation explain() {
    return Insight.find().explain(observed());
  }

  @Override
  public final Registration manage() {
    return Insight.find().manage(observed());
  }

  @Override
  public final WatchPage openPage(PageSpec page) {
    Objects.requireNonNull(page, "page must not be null; use PageSpec.onPort(0) for any port that is free");
    return Insight.find().openPage(observed(), page);
  }

  @Override
  public final void dump(Path file) throws IOException {
    Insight.find().dump(observed(), Objects.requireNonNull(file, "file must not be null"));
  }

  /** Under the lock. */
  final boolean isRestarting() {
    return isOrAbove(above -> above.faultHandling.isRestartingAGroup());
  }

  // ---- managing children; any thread but those of the stages

  @Override
  public final void stopChild(String name) {
    Child child = children.known(name);
    switch (child) {
      case Child.OfStage stage -> stop(stage);
      case Child.OfSupervisor below -> {
        below.supervisor().ensureNotByAStage("stopChild(\"" + name + "\")");
        context.locked(() -> below.supervisor().keepOnceEnded(true));
        below.supervisor().close();
      }
      case Child.OfStoppedSupervisor stopped -> {}
    }
  }

  final void stop(Child.OfStage child) {
    Cell<?> cell = locked(() -> {
      child.stopping();
      return child.cell();
    });
    if (cell == null) return;
    if (cell.driver().isCurrent()) {
      throw new ScopeMisuseException("stopChild(\"" + child.name()
          + "\") would wait for itself, because it was called on the stage's own thread; use StageContext.stop()");
    }
    long limit = switch (child.spec().options().shutdown()) {
      case Shutdown.Brutal brutal -> 0;
      case Shutdown.Within(var most) -> Time.toNanos(most);
      case Shutdown.Unlimited unlimited -> Long.MAX_VALUE;
    };
    if (!(child.spec().options().shutdown() instanceof Shutdown.Brutal)) cell.stop();
    if (limit > 0 && cell.awaitEnd(limit)) return;
    context.locked(() -> context.cancel(cell));
    cell.awaitEnd(Long.MAX_VALUE);
  }

  @Override
  public final StageRef<?> restartChild(String name) {
    ensureNotDynamic("restart");
    return switch (children.known(name)) {
      case Child.OfStage stage -> startAgain(stage, stage.spec());
      case Child.OfSupervisor below -> throw locked(() -> children.notStopped(below, "restarted"));
      case Child.OfStoppedSupervisor stopped -> {
        startAgain(stopped);
        yield null;
      }
    };
  }

  @Override
  public final Supervisor restartSupervisor(String name) {
    ensureNotDynamic("restart");
    return switch (children.known(name)) {
      case Child.OfStage stage -> throw new ScopeMisuseException(
          "child \"" + name + "\" of " + this + " is a stage, not a supervisor; use restartChild(\"" + name + "\")");
      case Child.OfSupervisor below -> throw locked(() -> children.notStopped(below, "restarted"));
      case Child.OfStoppedSupervisor stopped -> startAgain(stopped);
    };
  }

  /** Runs its init again. If that throws, it stays stopped. */
  private Supervisor startAgain(Child.OfStoppedSupervisor stopped) {
    var supervisor = new ChildSupervisor(stopped.spec(), context, this);
    var child = new Child.OfSupervisor(supervisor, stopped.init(), time().current().getName());
    context.locked(() -> {
      children.readmit(stopped, child);
      supervisor.keepOnceEnded(true);
    });
    supervisor.assemble(stopped.init(), supervisor.shutdown()::unwind);
    context.locked(() -> supervisor.keepOnceEnded(false));
    return supervisor;
  }

  private <S extends Stage.Behaviour> StageRef<S> startAgain(Child.OfStage stopped, StageSpec<S> spec) {
    Cell<S> cell = Cell.of(spec, path, context.graph(), owner, assembling());
    var child = new Child.OfStage(spec, cell, time().current().getName(), true);
    context.locked(() -> children.readmit(stopped, child));
    startAndAwait(cell);
    return cell.ref();
  }

  private void ensureNotDynamic(String what) {
    if (spec.strategy() == Strategy.DYNAMIC) {
      throw new ScopeMisuseException(
          what + "() is not for a dynamic supervisor: " + this + " forgets children that have ended");
    }
  }

  @Override
  public final void deleteChild(String name) {
    ensureNotDynamic("delete");
    Child child = children.known(name);
    context.locked(() -> children.delete(child));
  }

  @Override
  public final ProducerRef<DeadLetter, ?> deadLetters() {
    context.locked(() -> {
      if (root().shutdown.hasBegun())
        throw new ScopeMisuseException(root() + " is closing or closed; there are no more dead letters to take");
    });
    return deadLetterProducer.ref();
  }

  // ---- starts and faultHandling; on the thread of the cell

  @Override
  public final Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip) {
    return faultHandling.crashed(cell, incarnation, cause, during, canSkip);
  }

  @Override
  public final Directive completed(Cell<?> cell, Throwable onceTooOften) {
    return faultHandling.completed(cell, onceTooOften);
  }

  /**
   * A failure that nobody has contained yet. One that came from a producer was that of a stage which has been dealt
   * with, or of a publisher that nobody supervises: then the consumer it hits decides, as if it had crashed too often
   * itself. Under the lock.
   */
  final void failed(Cell<?> cell, Child child, StopReason reason, String during) {
    if (reason instanceof StopReason.ProducerFailed(var producer, var cause) && !root().isDraining()) {
      if (child != null && child.restart() == Restart.TEMPORARY) return;
      for (SupervisorCell above = this; above.parent != null; above = above.parent) {
        // there is nothing to restart in place, so it gives up too
        if (above.spec.restart() == Restart.PERMANENT) continue;
        above.shutdown.gaveUp(new StageFailedException(cell.path(), during, cause, List.of()));
        return;
      }
    }
    root().shutdown.failed(cell, reason, during, faultHandling.history());
  }

  /** {@return whether its end was asked for} Under the lock. */
  boolean wasStopped() {
    return false;
  }

  /** A letter of a stage of this supervisor, which may have ended in the meantime, was not handled. Any thread. */
  final void deadLetterUnhandled() {
    context.locked(() -> {
      SupervisorCell counts = this;
      // its numbers are its parent's now
      while (counts.parent != null && counts.shutdown.isClosed()) counts = counts.parent;
      counts.counters.deadLettersUnhandled++;
    });
  }

  // ---- ending by force: interrupt, wait for the grace time, abandon

  /**
   * The grace time is over: stages in user code lose their threads, so that what they had in hand can be
   * accounted for.
   */
  final void abandonAll() {
    if (idle().isOpen()) return;
    children.cellsAlive().forEach(context::abandonIfOverdue);
    awaitIdleAnyway(Time.toNanos(root().spec.grace()));
  }

  // ---- ending

  /** {@return whether it, or one above it, ends} Under the lock. */
  final boolean isDraining() {
    return isOrAbove(above -> above.shutdown.hasBegun());
  }

  /** {@return whether its time to drain, or that of one above it, is over} Under the lock. */
  final boolean isCancelling() {
    return isOrAbove(above -> above.shutdown.isCancelling());
  }

  @Override
  public final boolean endsWith(CellOwner.Supervision owner) {
    CellOwner.Supervision other = BridgeOwner.supervisorOf(owner);
    return other == this || locked(() -> {
      SupervisorCell ending = null;   // the highest that is
      for (SupervisorCell above = this; above != null; above = above.parent)
        if (above.shutdown.hasBegun()) ending = above;
      if (ending == null) return false;
      if (deadLetterProducer.owns(other)) return ending.parent == null;
      return other instanceof SupervisorCell it && it.isBelow(ending);
    });
  }

  final boolean isBelow(SupervisorCell other) {
    return isOrAbove(above -> above == other);
  }

  private boolean isOrAbove(Predicate<SupervisorCell> is) {
    for (SupervisorCell above = this; above != null; above = above.parent) if (is.test(above)) return true;
    return false;
  }

  @Override
  public final void stop() {
    context.locked(shutdown::shutDown);
  }

  @Override
  public final ScopeHandle handle() {
    return new Handle(this);
  }

  private record Handle(SupervisorCell supervisor) implements ScopeHandle {
    @Override
    public String name() {
      return supervisor.name();
    }

    @Override
    public void stop() {
      supervisor.stop();
    }

    @Override
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
      return supervisor.awaitEnd(Objects.requireNonNull(timeout, "timeout must not be null"));
    }

    @Override
    public ShutdownReport report() {
      return supervisor.report();
    }

    @Override
    public String toString() {
      return "handle to " + supervisor;
    }
  }

  /** Waits until it has begun to end, and no stage is left. */
  boolean awaitEnd(Duration timeout) throws InterruptedException {
    ensureNotByAStage("awaitEnd()");
    long until = time().nanos() + Time.toNanos(timeout);
    return shutdown.begun().await(Time.toNanos(timeout)) && idle().await(Math.max(0, until - time().nanos()));
  }

  final void ensureNotByAStage(String what) {
    for (Cell<?> cell : children.cellsAlive()) {
      if (cell.driver().isCurrent()) throw new ScopeMisuseException(
          what + " on " + this + " would wait for itself, because its stage " + cell.path() + " called it; use stop()");
    }
  }

  // ---- waiting

  final Latch idle() {
    return locked(children::idle);
  }

  /** {@return open while no stage is alive but those that take dead letters} */
  final Latch quiet() {
    return locked(() -> {
      children.lookWhetherQuiet();   // a stage may have subscribed to them since
      return isDraining() ? children.idle() : children.quiet();
    });
  }

  final void ensureOpen() {
    if (locked(shutdown::isClosed)) throw new ScopeMisuseException(this + " is closed");
  }

  /** Waits until no cell is alive, or the time is over. Returns false at once if the calling thread is interrupted. */
  final boolean awaitIdle(long nanos) {
    long until = time().nanos() + nanos;
    try {
      idle().await(Math.max(0, until - time().nanos()));
      return true;
    } catch (InterruptedException e) {   // the caller is told, and restores it
      return false;
    }
  }

  /** As {@link #awaitIdle}, whether or not the calling thread is interrupted. */
  final void awaitIdleAnyway(long nanos) {
    long until = time().nanos() + nanos;
    Uninterruptibly.await(() -> idle().await(Math.max(0, until - time().nanos())));
  }

  /** Drains, then cancels, and waits for the end: of a supervisor that is a child. */
  final void end(Duration limit) {
    for (Cell<?> cell : children.cellsAlive()) {
      if (cell.driver().isCurrent()) {
        throw new ScopeMisuseException("supervisor " + path + " cannot be closed by its own stage " + cell.path()
            + ", which would wait for itself; use stop()");
      }
    }
    stop();
    boolean interrupted = !awaitIdle(Time.toNanos(limit));
    if (!idle().isOpen()) {
      shutdown.cancelAll();
      awaitIdleAnyway(Long.MAX_VALUE / 2);
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
