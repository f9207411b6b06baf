package stage.runtime.supervision;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StragglersException;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.Time;

/** The root of a tree of supervisors, owned by the thread that opened it. Closing it drains, then cancels, then waits for the threads. */
final class Scope extends SupervisorCell {
  private final ScopeOwners owners;
  private final Thread owner = Thread.currentThread();
  private final Time.Alarm exit;
  private ShutdownReport report;   // the owner's thread only; null until it is closed

  private Scope(SupervisorSpec spec, SubscriptionGraph graph, ScopeOwners owners) {
    super(spec, new ScopeContext(graph, spec), null);
    this.owners = owners;
    this.exit = spec.options().drainOnExit() ? onExit() : () -> {};
    shared().watchedBy(StallWatch.of(this, spec));
  }

  private Time.Alarm onExit() {
    try {
      return time().onExit(this::drainOnExit);
    } catch (IllegalStateException exiting) {
      throw new ScopeMisuseException("scope " + name() + " cannot be opened, because the JVM is exiting already, and it is to drain when that happens");
    }
  }

  static Scope open(SupervisorSpec spec, SubscriptionGraph graph, ScopeOwners owners) {
    Objects.requireNonNull(spec, "spec must not be null");
    var scope = new Scope(spec, graph, owners);
    owners.opened(scope);
    return scope;
  }

  @Override
  public void join() throws InterruptedException {
    ensureOwner("join()");
    ensureOpen();
    ensureBegun("join()");
    quiet().await();
    quiet().await();   // if it drains by now, those that take dead letters end too
    shutdown().throwFailure();
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    ensureOwner("join()");
    ensureOpen();
    ensureBegun("join()");
    Objects.requireNonNull(timeout, "timeout must not be null");
    long until = time().nanos() + Time.toNanos(timeout);
    boolean ended = quiet().await(Time.toNanos(timeout)) && quiet().await(Math.max(0, until - time().nanos()));
    if (ended) shutdown().throwFailure();
    return ended;
  }

  private void ensureOwner(String what) {
    Thread caller = Thread.currentThread();
    if (caller == owner) return;
    boolean isStage = members().cellsAlive().stream().anyMatch(cell -> cell.driver().isCurrent());
    throw new ScopeMisuseException(what + " on scope " + name() + " belongs to thread " + owner.getName() + ", which opened it, but was called on "
        + caller.getName() + (isStage ? ", one of its own stages; use stop(), which does not wait" : "")
        + (shared().deadLetters().isCurrent() ? ", which runs its dead-letter handlers; use stop(), which does not wait" : ""));
  }

  @Override
  public void close() {
    ensureOwner("close()");
    if (shared().locking(shutdown()::isClosed)) return;
    ScopeMisuseException misuse = owners.closing(this);
    List<StragglersException.Straggler> stragglers = endAll(Time.toNanos(spec().shutdown()));
    RuntimeException problem = firstOf(shutdown().untoldFailure(), stragglers.isEmpty() ? null : new StragglersException(name(), stragglers), misuse);
    if (problem != null) throw problem;
  }

  @Override
  public ShutdownReport drain(Duration limit) {
    if (Objects.requireNonNull(limit, "limit must not be null").isNegative()) {
      throw new IllegalArgumentException("limit must not be negative, but was " + limit);
    }
    ensureOwner("drain()");
    if (shared().locking(shutdown()::isClosed)) return report;
    ScopeMisuseException misuse = owners.closing(this);
    endAll(Time.toNanos(limit));
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

  /** The JVM exits: on a thread of its own, which it waits for. The owner, if it is in {@code join}, gets to close the scope as always. */
  private void drainOnExit() {
    stop();
    awaitIdle(Time.toNanos(spec().shutdown()) + 2 * Math.min(Time.toNanos(spec().grace()), Long.MAX_VALUE / 8), true);
    try {
      shutdown().ended().await(Time.toNanos(spec().grace()));
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();   // the scope is closed, and this thread ends
    }
  }

  /** Stops intake, lets everything in flight be handled, cancels what is left, and waits for the threads. */
  private List<StragglersException.Straggler> endAll(long nanos) {
    long deadline = time().nanos() + nanos;
    shared().locked(shutdown()::drainAll);
    boolean interrupted = !awaitIdle(nanos, true);
    if (!idle().isOpen()) {
      shutdown().cancelAll();
      awaitIdle(Time.toNanos(spec().grace()), false);
      abandonAll();
    }
    shared().deadLetters().awaitProducer(interrupted ? time().nanos() : deadline, Time.toNanos(spec().grace()));
    interrupted |= !shared().deadLetters().close(interrupted ? time().nanos() : deadline);
    shared().endWatch();
    List<StragglersException.Straggler> stragglers = shared().awaitThreads(members().cellsAlive(), time().nanos() + Time.toNanos(spec().grace()));
    shared().deadLetters().over();
    shutdown().markClosed();
    exit.cancel();
    shared().locked(shared()::over);
    shared().locked(() -> report = shared().report(stragglers));
    shared().guests().close();
    if (interrupted) Thread.currentThread().interrupt();
    return stragglers;
  }

  @Override
  public ShutdownReport report() {
    if (report == null) throw new ScopeMisuseException("scope " + name() + " is not closed; there is no report yet");
    return report;
  }
}
