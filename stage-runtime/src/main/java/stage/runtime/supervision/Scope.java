package stage.runtime.supervision;

import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.TreeSnapshot;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.Decision;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StragglersException;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.AheadOfFailures;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.ThreadNames;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/**
 * The root of a tree of supervisors, owned by the thread that opened it. Closing it drains, then cancels, then waits
 * for the threads.
 */
final class Scope extends SupervisorCell {
  private static final long LONGEST_EXIT_NANOS = 60_000_000_000L;
  private static final int MOST_ATTEMPTS = 3;   // to close it on a full heap

  private final ScopeOwners owners;
  private final Thread owner = Thread.currentThread();
  private final Time.Alarm exit;
  private final StallWatch watch;   // null without one
  // set by the thread that closes it: its owner, a handle's, or that of the JVM's exit
  private final AtomicBoolean ending = new AtomicBoolean();
  private volatile ShutdownReport report;                     // written by that thread; null until it is closed
  private volatile boolean exiting;                           // set by the exit's thread

  private Scope(SupervisorSpec spec, SubscriptionGraph graph, ScopeOwners owners) {
    super(spec, new ScopeContext(graph, spec), null);
    this.owners = owners;
    this.exit = spec.options().drainOnExit() ? onExit() : () -> {};
    this.watch = StallWatch.of(this, spec);
  }

  private Time.Alarm onExit() {
    try {
      return time().onExit(this::drainOnExit);
    } catch (IllegalStateException exiting) {
      throw new ScopeMisuseException("scope " + name()
          + " cannot be opened, because the JVM is exiting already, and it drains on exit");
    }
  }

  static Scope open(SupervisorSpec spec, SubscriptionGraph graph, ScopeOwners owners) {
    Objects.requireNonNull(spec, "spec must not be null");
    AheadOfFailures.initialize(MethodHandles.lookup(), GroupRestart.Step.class, ChildSnapshot.Status.class,
        Decision.class, Child.Hold.class, DeadLetterProducer.class, FaultHandling.class, Trees.class);
    var scope = new Scope(spec, graph, owners);
    owners.opened(scope);
    scope.time().opened(scope.name());
    Insight.find().opened(scope.observed());
    return scope;
  }

  /** {@return why nothing moves in here, in a simulation that stands still; empty if it cannot be said} */
  String whyStill() {
    TreeSnapshot still = tree();
    Explanation explanation = Insight.find().explainStandstill(still, observed());
    boolean isSaid = explanation.findings().stream()
        .anyMatch(found -> found instanceof Finding.Deadlock || found instanceof Finding.RootCause);
    return isSaid ? explanation.toString() : "";
  }

  @Override
  public void join() throws InterruptedException {
    ensureOwner("join()");
    ensureOpen();
    starts().ensureBegun("join()");
    awaitQuiet();
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    ensureOwner("join()");
    ensureOpen();
    starts().ensureBegun("join()");
    Objects.requireNonNull(timeout, "timeout must not be null");
    return awaitQuiet(timeout);
  }

  private void ensureOwner(String what) {
    Thread caller = Thread.currentThread();
    if (caller == owner) return;
    throw new ScopeMisuseException(
        what + " on scope " + name() + " belongs to thread " + ThreadNames.of(owner)
        + ", which opened it, but was called on " + ThreadNames.of(caller)
        + (isOwnStage() ? ", one of its own stages; use stop(), which does not wait" : "")
        + (deadLetterQueue().isCurrent()
            ? ", which runs its dead-letter handlers; use stop(), which does not wait" : ""));
  }

  @Override
  public void close() {
    ensureOwner("close()");
    ScopeMisuseException misuse = owners.closing(this);
    List<StragglersException.Straggler> stragglers = isClosed() ? List.of() : endOnce(Time.toNanos(spec().shutdown()));
    RuntimeException problem = firstOf(shutdown().untoldFailure(),
        stragglers.isEmpty() ? null : new StragglersException(name(), stragglers), misuse);
    if (problem != null) throw problem;
  }

  @Override
  public ShutdownReport drain(Duration limit) {
    if (Objects.requireNonNull(limit, "limit must not be null").isNegative()) {
      throw new IllegalArgumentException("limit must not be negative, but was " + limit);
    }
    ensureOwner("drain()");
    ScopeMisuseException misuse = owners.closing(this);
    if (!isClosed()) endOnce(Time.toNanos(limit));
    if (misuse != null) throw misuse;
    return report;
  }

  private static RuntimeException firstOf(RuntimeException... problems) {
    RuntimeException first = null;
    for (RuntimeException problem : problems) {
      if (first == null) first = problem;
      else if (problem != null) first.addSuppressed(problem);
    }
    return first;
  }

  /**
   * The JVM exits: on a thread of its own, which it waits for. The owner, if it is in {@code join}, gets to close the
   * scope as always.
   */
  private void drainOnExit() {
    exiting = true;
    stop();
    awaitIdle(Time.toNanos(spec().shutdown()) + 2 * Math.min(Time.toNanos(spec().grace()), Long.MAX_VALUE / 8));
    try {
      if (!shutdown().ended().await(Time.toNanos(spec().grace()))) endOnce(0);
    } catch (InterruptedException over) {
      Thread.interrupted();   // the owner has closed it meanwhile
    }
    try {
      spec().options().exitReport().accept(report);
    } catch (Throwable failure) {
      shared().log(System.Logger.Level.WARNING,
          "the consumer of the exit report of scope " + name() + " threw", failure);
    }
  }

  @Override
  void unwind() {
    close();
  }

  @Override
  void holdIfExiting() {
    if (!exiting || isOwnStage()) return;
    try {
      time().latch("the exit of the JVM", name()).await(LONGEST_EXIT_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it, or waits until another thread that has begun to has done so. */
  private List<StragglersException.Straggler> endOnce(long nanos) {
    if (ending.compareAndSet(false, true)) return endAll(nanos);
    Uninterruptibly.await(new Uninterruptibly.Wait<Void>() {
      @Override
      public Void once() throws InterruptedException {
        shutdown().ended().await();
        return null;
      }
    });
    return report.stragglers();
  }

  /** Any thread but those of its stages. */
  @Override
  boolean awaitEnd(Duration timeout) throws InterruptedException {
    if (!super.awaitEnd(timeout)) return false;
    endOnce(0);
    return true;
  }

  /** Where the heap is full, what takes memory is done again; if that does not help, closing may be tried again. */
  private List<StragglersException.Straggler> endAll(long nanos) {
    long deadline = time().nanos() + nanos;
    for (int attempt = 1;; attempt++) {
      try {
        return endAllBy(deadline);
      } catch (OutOfMemoryError full) {
        if (attempt < MOST_ATTEMPTS) continue;
        ending.set(false);
        throw full;
      }
    }
  }

  /** Stops intake, lets everything in flight be handled, cancels what is left, and waits for the threads. */
  private List<StragglersException.Straggler> endAllBy(long deadline) {
    shared().lock();
    try {
      shutdown().drainAll(deadline);
    } finally {
      shared().unlock();
    }
    boolean interrupted = !awaitIdle(Math.max(0, deadline - time().nanos()));
    if (!idle().isOpen()) {
      shutdown().cancelAll();
      awaitIdleAnyway(Time.toNanos(spec().grace()));
      abandonAll();
    }
    deadLetterProducer().awaitEnd(interrupted ? time().nanos() : deadline, Time.toNanos(spec().grace()));
    interrupted |= !deadLetterQueue().close(interrupted ? time().nanos() : deadline);
    if (watch != null) watch.close();
    List<StragglersException.Straggler> stragglers = shared().awaitThreads(
        members().cellsAlive(), helpers(), time().nanos() + Time.toNanos(spec().grace()));
    deadLetterQueue().over();
    shared().lock();
    try {
      shared().over();
      report = shared().report(stragglers);
    } finally {
      shared().unlock();
    }
    shared().guests().close();
    shutdown().markClosed();   // after the report is there, for threads that wait for the end
    exit.cancel();
    time().closed(name());
    if (interrupted) Thread.currentThread().interrupt();
    return stragglers;
  }

  /** {@return the threads of the scope that are no stage's, each with the path to report it under} */
  private Map<Thread, String> helpers() {
    Map<Thread, String> helpers = new LinkedHashMap<>();
    if (deadLetterProducer().thread() != null) helpers.put(deadLetterProducer().thread(), deadLetterProducer().path());
    if (deadLetterQueue().thread() != null) helpers.put(deadLetterQueue().thread(), deadLetterProducer().path());
    if (watch != null) helpers.put(watch.thread(), name());
    return helpers;
  }

  @Override
  public ShutdownReport report() {
    if (report == null) {
      throw new ScopeMisuseException("scope " + name() + " is still open, so it has no report yet; call report() after"
          + " close(), or snapshot() for the counts so far");
    }
    return report;
  }
}
