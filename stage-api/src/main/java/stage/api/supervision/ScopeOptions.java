package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import stage.api.observe.StageListener;

/**
 * The options that every scope has.
 *
 * @param shutdown how long {@code close} lets stages drain before it cancels them
 * @param grace how long cancelled stages have to end after their interrupt, before their threads are abandoned
 * @param maxChildren how many children may run or be restarting at once; empty for the default, which depends on the
 *     strategy: see {@link SupervisorSpec#maxChildren()}
 * @param maxSubscribers how many consumers a producer may have at once
 * @param maxDepth how many supervisors may be below one another
 * @param autoShutdown whether the ends of significant children shut the supervisor down
 * @param maxAbandoned how many threads may be abandoned; one more makes the supervisor give up
 * @param stallWarning how long a callback may take before the scope warns of it; zero for no warnings
 * @param drainOnExit whether the scope drains when the JVM is asked to exit, by {@code SIGTERM} for instance
 * @param exitReport receives the scope's final report once it has drained because the JVM exits
 * @param context what is carried onto the threads of the scope
 * @param listener receives the scope's events
 * @since 0.1
 */
public record ScopeOptions(
    Duration shutdown,
    Duration grace,
    OptionalInt maxChildren,
    int maxSubscribers,
    int maxDepth,
    AutoShutdown autoShutdown,
    int maxAbandoned,
    Duration stallWarning,
    boolean drainOnExit,
    Consumer<? super ShutdownReport> exitReport,
    ContextCapture context,
    StageListener listener) {
  /** Does nothing with the report of an exit. */
  public static final Consumer<ShutdownReport> NOBODY = report -> {};

  /**
   * The defaults: 5 seconds to drain, 1 of grace, 10,000 children of a dynamic supervisor and a million of any other,
   * 10,000 subscribers and 64 supervisors below one another, 4 abandoned threads, no stall warning.
   */
  public static final ScopeOptions DEFAULT =
      new ScopeOptions(Duration.ofSeconds(5), Duration.ofSeconds(1), OptionalInt.empty(), 10_000, 64,
      AutoShutdown.NEVER, 4, Duration.ZERO, false, NOBODY, ContextCapture.NONE, StageListener.NONE);

  // a thread looks at the callbacks twice in that time
  private static final Duration SHORTEST_STALL = Duration.ofMillis(1);

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a time or a number is negative, or the stall warning is above zero and below a
   *     millisecond
   */
  public ScopeOptions {
    ensureNotNegative("shutdown", shutdown);
    ensureNotNegative("grace", grace);
    Objects.requireNonNull(maxChildren, "maxChildren must not be null; use OptionalInt.empty() for the default");
    maxChildren.ifPresent(most -> ensureNotNegative("maxChildren", most));
    ensureNotNegative("maxSubscribers", maxSubscribers);
    ensureNotNegative("maxDepth", maxDepth);
    Objects.requireNonNull(autoShutdown, "autoShutdown must not be null; the default is AutoShutdown.NEVER");
    ensureNotNegative("maxAbandoned", maxAbandoned);
    ensureNotNegative("stallWarning", stallWarning);
    if (!stallWarning.isZero() && stallWarning.compareTo(SHORTEST_STALL) < 0) {
      throw new IllegalArgumentException(
          "stallWarning must be at least " + SHORTEST_STALL + ", or zero for none, but was " + stallWarning);
    }
    Objects.requireNonNull(exitReport, "exitReport must not be null; use ScopeOptions.NOBODY");
    Objects.requireNonNull(context, "context must not be null; use ContextCapture.NONE");
    Objects.requireNonNull(listener, "listener must not be null; use StageListener.NONE");
  }

  private static void ensureNotNegative(String what, Duration time) {
    Objects.requireNonNull(time, what + " must not be null");
    if (time.isNegative()) throw new IllegalArgumentException(what + " must not be negative, but was " + time);
  }

  private static void ensureNotNegative(String what, int number) {
    if (number < 0) throw new IllegalArgumentException(what + " must be at least 0, but was " + number);
  }

  /** These options, while one of them is changed. */
  private static final class Draft {
    Duration shutdown;
    Duration grace;
    OptionalInt maxChildren;
    int maxSubscribers;
    int maxDepth;
    AutoShutdown autoShutdown;
    int maxAbandoned;
    Duration stallWarning;
    boolean drainOnExit;
    Consumer<? super ShutdownReport> exitReport;
    ContextCapture context;
    StageListener listener;

    Draft(ScopeOptions of) {
      shutdown = of.shutdown;
      grace = of.grace;
      maxChildren = of.maxChildren;
      maxSubscribers = of.maxSubscribers;
      maxDepth = of.maxDepth;
      autoShutdown = of.autoShutdown;
      maxAbandoned = of.maxAbandoned;
      stallWarning = of.stallWarning;
      drainOnExit = of.drainOnExit;
      exitReport = of.exitReport;
      context = of.context;
      listener = of.listener;
    }

    ScopeOptions options() {
      return new ScopeOptions(shutdown, grace, maxChildren, maxSubscribers, maxDepth, autoShutdown, maxAbandoned,
          stallWarning, drainOnExit, exitReport, context, listener);
    }
  }

  private ScopeOptions with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  ScopeOptions withShutdown(Duration time) {
    return with(it -> it.shutdown = time);
  }

  ScopeOptions withGrace(Duration time) {
    return with(it -> it.grace = time);
  }

  ScopeOptions withMaxChildren(int most) {
    return with(it -> it.maxChildren = OptionalInt.of(most));
  }

  ScopeOptions withMaxSubscribers(int most) {
    return with(it -> it.maxSubscribers = most);
  }

  ScopeOptions withMaxDepth(int most) {
    return with(it -> it.maxDepth = most);
  }

  ScopeOptions withAutoShutdown(AutoShutdown when) {
    return with(it -> it.autoShutdown = when);
  }

  ScopeOptions withMaxAbandoned(int most) {
    return with(it -> it.maxAbandoned = most);
  }

  ScopeOptions withStallWarning(Duration time) {
    return with(it -> it.stallWarning = time);
  }

  ScopeOptions withDrainOnExit() {
    return with(it -> it.drainOnExit = true);
  }

  ScopeOptions withDrainOnExit(Consumer<? super ShutdownReport> report) {
    return with(it -> {
      it.drainOnExit = true;
      it.exitReport = report;
    });
  }

  ScopeOptions withContext(ContextCapture capture) {
    return with(it -> it.context = capture);
  }

  ScopeOptions withListener(StageListener told) {
    return with(it -> it.listener = told);
  }
}
