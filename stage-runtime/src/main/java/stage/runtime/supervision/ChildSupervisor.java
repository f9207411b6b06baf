package stage.runtime.supervision;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.SupervisorSpec;

/**
 * A supervisor that is a child of another one. It has no owner: any thread outside its stages may wait for it and end
 * it.
 */
final class ChildSupervisor extends SupervisorCell {
  private boolean stopped;   // guarded by the tree's lock: whether its end was asked for
  private boolean kept;      // guarded by the tree's lock: whether its parent can start it again once it has ended

  ChildSupervisor(SupervisorSpec spec, ScopeContext context, SupervisorCell parent) {
    super(spec, context, parent);
  }

  @Override
  boolean wasStopped() {
    return stopped;
  }

  /** Says whether its parent keeps it as a stopped child once it has ended. Under the lock. */
  void keepOnceEnded(boolean keep) {
    kept = keep;
  }

  boolean isKept() {
    return kept;
  }

  @Override
  public void join() throws InterruptedException {
    starts().ensureBegun("join()");
    awaitQuiet();
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    Objects.requireNonNull(timeout, "timeout must not be null");
    starts().ensureBegun("join()");
    return awaitQuiet(timeout);
  }

  @Override
  public void close() {
    if (isClosed()) return;
    stops();
    end(spec().shutdown());
  }

  private void stops() {
    shared().lock();
    try {
      stopped = true;
    } finally {
      shared().unlock();
    }
  }

  @Override
  void unwind() {
    shutdown().unwind();
  }

  @Override
  public ShutdownReport drain(Duration limit) {
    if (Objects.requireNonNull(limit, "limit must not be null").isNegative()) {
      throw new IllegalArgumentException("limit must not be negative, but was " + limit);
    }
    stops();
    end(limit);
    return report();
  }

  @Override
  public ShutdownReport report() {
    return shared().report(List.of());
  }
}
