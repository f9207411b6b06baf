package stage.runtime.supervision;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stage.api.observe.Finding;
import stage.api.observe.StageEvent;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.time.WaitState;
import stage.runtime.time.Driver;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;

/**
 * Tells of callbacks that take longer than their scope likes. It looks at all stages twice in that time, so one is told
 * of before it has taken twice as long. On a platform thread of its own, since stages that spin keep virtual threads
 * from running, and a listener may block.
 */
final class StallWatch implements StepMachine {
  /** Shows in the log where a stage is. Not a failure. */
  private static final class Here extends Throwable {
    private static final long serialVersionUID = 1L;

    Here(String thread, StackTraceElement[] stack) {
      super("thread " + thread + " is here", null, false, true);
      setStackTrace(stack);
    }
  }

  /** A callback that was seen to run. */
  private record Seen(int callback, long sinceNanos, boolean isTold) {}

  private final SupervisorCell root;
  private final ScopeContext context;
  private final long limitNanos;
  private final Driver driver;
  private volatile boolean over;                              // set by the closing thread
  // the watch's thread only
  private final Map<Cell<?>, Seen> seen = new HashMap<>();
  private long nextNanos;

  private StallWatch(SupervisorCell root, long limitNanos) {
    this.root = root;
    this.context = root.shared();
    this.limitNanos = limitNanos;
    this.nextNanos = root.time().nanos() + limitNanos / 2;
    this.driver = root.time().driver(this, true);
  }

  /** {@return one that watches; null if the scope has no limit, or its user code takes no time} */
  static StallWatch of(SupervisorCell root, SupervisorSpec spec) {
    Duration limit = spec.options().stallWarning();
    if (limit.isZero() || !root.time().passesInUserCode()) return null;
    var watch = new StallWatch(root, Math.max(2, Time.toNanos(limit)));
    watch.driver.start();
    return watch;
  }

  /** It watches no longer, and its thread ends. */
  void close() {
    over = true;
    VarHandle.fullFence();   // pairs with the announcement of the driver
    driver.wake();
  }

  Thread thread() {
    return driver.thread();
  }

  @Override
  public WaitState step(long nowNanos) {
    if (over) return WaitState.Kind.DONE;
    if (nowNanos - nextNanos >= 0) {
      for (var each = seen.keySet().iterator(); each.hasNext();) if (!each.next().isAlive()) each.remove();
      for (Cell<?> cell : root.members().cellsAlive()) look(cell, nowNanos);
      nextNanos = root.time().nanos() + limitNanos / 2;
    }
    return new WaitState.Timer(WaitState.Kind.LOOK, nextNanos);
  }

  private void look(Cell<?> cell, long nowNanos) {
    int callback = cell.threads().callback();
    boolean isInOne = (callback & 1) != 0;
    Seen before = seen.get(cell);
    if (!isInOne) {
      seen.remove(cell);
    } else if (before == null || before.callback != callback) {
      seen.put(cell, new Seen(callback, nowNanos, false));
    } else if (!before.isTold && nowNanos - before.sinceNanos >= limitNanos) {
      seen.put(cell, new Seen(callback, before.sinceNanos, true));
      tell(cell, callback, nowNanos - before.sinceNanos);
    }
  }

  private void tell(Cell<?> cell, int callback, long nanos) {
    Thread thread = cell.driver().thread();
    StackTraceElement[] stack = root.time().stackOf(thread);
    if (cell.threads().callback() != callback) return;   // it has just come back, so that is not where it was
    Duration time = Duration.ofNanos(nanos);
    context.log(System.Logger.Level.WARNING, "stage " + cell.path() + " has been in one callback for " + time.toMillis()
        + " ms; it goes on" + consequence(cell), new Here(thread.getName(), stack));
    context.tell(new StageEvent.Stalled(cell.path(), Math.max(1, cell.incarnation()), time, List.of(stack)));
  }

  /** {@return which stages wait for it, in words; empty if none does} Takes some time, and delays the other looks. */
  private String consequence(Cell<?> cell) {
    for (Finding finding : Insight.find().explain(root.observed(), Duration.ofNanos(limitNanos)).findings()) {
      boolean isOfIt = finding instanceof Finding.RootCause cause && cause.culprit().equals(cell.path())
          && !cause.victims().isEmpty();
      if (isOfIt) return ": " + finding.sentence();
    }
    return "";
  }

  @Override
  public boolean isReady(long nowNanos) {
    return over || nowNanos - nextNanos >= 0;
  }

  @Override
  public boolean keepsTime() {
    return true;
  }

  /** That of the listener it tells. */
  @Override
  public ClassLoader contextClassLoader() {
    return context.contextClassLoader();
  }

  @Override
  public String threadName() {
    return "stage:" + root.path() + "/stall-watch";
  }
}
