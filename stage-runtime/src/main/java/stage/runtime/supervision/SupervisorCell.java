package stage.runtime.supervision;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.observe.Explanation;
import stage.api.observe.PageSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.api.supervision.ChildCounts;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.ScopeHandle;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.SupervisionSnapshot;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.Directive;
import stage.runtime.time.Activity;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/**
 * A supervisor: starts children, decides what happens to those that crash, and ends them.
 *
 * <p>It has no thread. The thread that reports an event (a cell that crashes, is held or ends; an alarm; a caller)
 * takes the decision, under the tree's lock; nothing done under the lock waits or runs user code.
 */
abstract class SupervisorCell implements Supervisor, CellOwner.Supervision {
  private static final SupervisorInit NO_CHILDREN = new SupervisorInit() {
    @Override
    public void start(Supervisor supervisor) {}
  };

  private final SupervisorSpec spec;
  private final String path;
  private final ScopeContext context;
  private final SupervisorCell parent;   // null at the root
  private final SupervisorCell root;
  private final int depth;               // how many supervisors are above it
  private final DeadLetterQueue deadLetters;   // of the whole scope, as is the next
  private final DeadLetterProducer deadLetterProducer;
  // guarded by the tree's lock
  private final Counters counters = new Counters();
  private final Children children;
  private final FaultHandling faultHandling;
  private final ShutdownSequence shutdown;
  private final BridgeOwner companions;
  private final ChildStarts starts;
  private final Management management;

  SupervisorCell(SupervisorSpec spec, ScopeContext context, SupervisorCell parent) {
    this.spec = spec;
    this.context = context;
    this.parent = parent;
    this.depth = parent == null ? 0 : parent.depth + 1;
    this.path = parent == null ? spec.name() : parent.path + "/" + spec.name();
    this.children = new Children(this);
    this.faultHandling = new FaultHandling(this);
    this.shutdown = new ShutdownSequence(this, children);
    this.companions = new BridgeOwner(this);
    if (parent == null) {
      this.root = this;
      this.deadLetterProducer = new DeadLetterProducer(context, path, this);
      this.deadLetters = new DeadLetterQueue(context, path, deadLetterProducer);
    } else {
      this.root = parent.root;
      this.deadLetterProducer = parent.deadLetterProducer;
      this.deadLetters = parent.deadLetters;
    }
    var checks = new SpecChecks(spec, toString(), path, context);
    checks.warnOfABackoffThatIsNeverReached();
    this.starts = new ChildStarts(this, new CellOwner(this, new ChildNews(this), context), checks);
    this.management = new Management(this);
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

  final int depth() {
    return depth;
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
    return (ProducerRef<O, S>) (Object) starts.start(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public final <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(
      ProducerConsumerSpec<I, O, S> spec) {
    return (ProducerConsumerRef<I, O, S>) (Object) starts.start(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public final <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return (ConsumerRef<I, S>) (Object) starts.start(spec);
  }

  /** Blocks a thread that starts something while the JVM exits, until the exit is over, if the scope drains on exit. */
  void holdIfExiting() {
    if (parent != null) root().holdIfExiting();
  }

  @Override
  public final Supervisor start(SupervisorSpec spec) {
    return start(spec, NO_CHILDREN);
  }

  @Override
  public final Supervisor start(SupervisorSpec spec, SupervisorInit init) {
    return starts.start(spec, init);
  }

  /** {@return starts its children} */
  final ChildStarts starts() {
    return starts;
  }

  final Management management() {
    return management;
  }

  @Override
  public final <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
    companions.startCompanion(companion, connect);
  }

  // ---- asking; any thread

  @Override
  public final List<StageRef<?>> children() {
    context.lock();
    try {
      return List.copyOf(children.refs().values());
    } finally {
      context.unlock();
    }
  }

  @Override
  public final StageRef<?> child(String name) {
    Objects.requireNonNull(name, "name must not be null");
    context.lock();
    try {
      Map<String, StageRef<?>> there = children.refs();
      if (there.containsKey(name)) return there.get(name);
      throw new ScopeMisuseException(
          "no stage \"" + name + "\" in " + this + "; there are: " + String.join(", ", there.keySet()));
    } finally {
      context.unlock();
    }
  }

  @Override
  public final List<ChildSnapshot> childSnapshots() {
    context.lock();
    try {
      return children.snapshots();
    } finally {
      context.unlock();
    }
  }

  @Override
  public final ChildCounts counts() {
    context.lock();
    try {
      return children.counts();
    } finally {
      context.unlock();
    }
  }

  @Override
  public final SupervisionSnapshot snapshot() {
    context.lock();
    try {
      var sum = new Counters();
      sum.add(counters);
      for (SupervisorCell below : children.supervisorsBelow()) sum.add(below.counters);
      return sum.snapshot(context);
    } finally {
      context.unlock();
    }
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
    for (SupervisorCell at = this; at != null; at = at.parent)
      if (at.faultHandling.isRestartingAGroup()) return true;
    return false;
  }

  // ---- managing children; any thread but those of the stages

  @Override
  public final void stopChild(String name) {
    management.stop(name);
  }

  @Override
  public final StageRef<?> restartChild(String name) {
    return management.restart(name);
  }

  @Override
  public final Supervisor restartSupervisor(String name) {
    return management.restartSupervisor(name);
  }

  @Override
  public final void deleteChild(String name) {
    management.delete(name);
  }

  @Override
  public final ProducerRef<DeadLetter, ?> deadLetters() {
    context.lock();
    try {
      if (root().shutdown.hasBegun())
        throw new ScopeMisuseException(root() + " is closing or closed; there are no more dead letters to take");
    } finally {
      context.unlock();
    }
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
   * A failure that no supervisor has contained yet. A failure that came from a producer belongs to a stage that has
   * been dealt with, or to a publisher that has no supervisor: then the consumer that it reaches decides, as if it had
   * crashed too often itself. Under the lock.
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
    context.lock();
    try {
      SupervisorCell counts = this;
      // its numbers are its parent's now
      while (counts.parent != null && counts.shutdown.isClosed()) counts = counts.parent;
      counts.counters.deadLettersUnhandled++;
    } finally {
      context.unlock();
    }
  }

  // ---- ending by force: interrupt, wait for the grace time, abandon

  /**
   * The grace time is over: stages in user code lose their threads, so that the events that they had in hand can be
   * accounted for.
   */
  final void abandonAll() {
    if (idle().isOpen()) return;
    for (Cell<?> cell : children.cellsAlive()) context.abandonIfOverdue(cell);
    awaitIdleAnyway(Time.toNanos(root().spec.grace()));
  }

  // ---- ending

  /** {@return whether it, or one above it, ends} Under the lock. */
  final boolean isDraining() {
    for (SupervisorCell at = this; at != null; at = at.parent) if (at.shutdown.hasBegun()) return true;
    return false;
  }

  /** {@return whether its time to drain, or that of one above it, is over} Under the lock. */
  final boolean isCancelling() {
    for (SupervisorCell at = this; at != null; at = at.parent) if (at.shutdown.isCancelling()) return true;
    return false;
  }

  @Override
  public final boolean endsWith(CellOwner.Supervision owner) {
    CellOwner.Supervision other = BridgeOwner.supervisorOf(owner);
    if (other == this) return true;
    context.lock();
    try {
      SupervisorCell ending = null;   // the highest that is
      for (SupervisorCell above = this; above != null; above = above.parent)
        if (above.shutdown.hasBegun()) ending = above;
      if (ending == null) return false;
      if (deadLetterProducer.owns(other)) return ending.parent == null;
      return other instanceof SupervisorCell it && it.isBelow(ending);
    } finally {
      context.unlock();
    }
  }

  /** {@return how long it lets its stages drain yet, if it, or one above it, ends} Under the lock. */
  final Optional<Duration> closesIn() {
    long least = Long.MAX_VALUE;
    for (SupervisorCell above = this; above != null; above = above.parent)
      least = Math.min(least, above.shutdown.nanosLeft().orElse(Long.MAX_VALUE));
    return least == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(least));
  }

  final boolean isBelow(SupervisorCell other) {
    for (SupervisorCell at = this; at != null; at = at.parent) if (at == other) return true;
    return false;
  }

  @Override
  public final void stop() {
    context.lock();
    try {
      shutdown.shutDown();
    } finally {
      context.unlock();
    }
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

  /** Ends what its init has started, because the init has failed. */
  abstract void unwind();

  /** {@return whether the calling thread is that of one of its stages} */
  final boolean isOwnStage() {
    for (Cell<?> cell : children.cellsAlive()) if (cell.driver().isCurrent()) return true;
    return false;
  }

  final void ensureNotByAStage(String what) {
    for (Cell<?> cell : children.cellsAlive()) {
      if (cell.driver().isCurrent()) throw new ScopeMisuseException(
          what + " on " + this + " would wait for itself, because its stage " + cell.path() + " called it; use stop()");
    }
  }

  // ---- waiting

  final Latch idle() {
    context.lock();
    try {
      return children.idle();
    } finally {
      context.unlock();
    }
  }

  /** {@return a latch that is open while no stage is alive but consumers of dead letters} */
  final Latch quiet() {
    context.lock();
    try {
      children.lookWhetherQuiet();   // a stage may have subscribed to them since
      return isDraining() ? children.idle() : children.quiet();
    } finally {
      context.unlock();
    }
  }

  /** Waits until {@link #quiet}, as {@code join} does, and throws what has failed. */
  final void awaitQuiet() throws InterruptedException {
    quiet().await();
    quiet().await();   // if it drains by now, those that take dead letters end too
    shutdown.throwFailure();
  }

  /** As {@link #awaitQuiet()}, for a limited time. Returns whether it is quiet. */
  final boolean awaitQuiet(Duration timeout) throws InterruptedException {
    long until = time().nanos() + Time.toNanos(timeout);
    boolean ended = quiet().await(Time.toNanos(timeout)) && quiet().await(Math.max(0, until - time().nanos()));
    if (ended) shutdown.throwFailure();
    return ended;
  }

  final boolean isClosed() {
    context.lock();
    try {
      return shutdown.isClosed();
    } finally {
      context.unlock();
    }
  }

  final void ensureOpen() {
    if (isClosed()) throw new ScopeMisuseException(this + " is closed");
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
    Uninterruptibly.await(new Uninterruptibly.Wait<Boolean>() {
      @Override
      public Boolean once() throws InterruptedException {
        return idle().await(Math.max(0, until - time().nanos()));
      }
    });
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
