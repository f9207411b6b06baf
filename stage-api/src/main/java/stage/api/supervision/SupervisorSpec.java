package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import stage.api.Restart;
import stage.api.StageSpec;
import stage.api.observe.StageListener;

/**
 * Describes a supervisor: the root of a scope, or a child of another supervisor. An immutable value, checked when made;
 * each {@code with…} method gives a changed copy.
 *
 * @param name its name: 1–64 of {@code [A-Za-z0-9._-]}
 * @param strategy which children it restarts when one crashes
 * @param intensity how many restarts it allows before it gives up
 * @param backoff how long it waits before a restart
 * @param decisions decides on each crash
 * @param restart for a child: which of its ends its parent answers with a restart
 * @param significant for a child: whether its end may shut its parent down
 * @param options the options that every scope has
 * @since 0.1
 */
public record SupervisorSpec(
    String name,
    Strategy strategy,
    Intensity intensity,
    Backoff backoff,
    DecisionRule decisions,
    Restart restart,
    boolean significant,
    ScopeOptions options) {
  private static final int MOST_DYNAMIC_CHILDREN = 10_000;
  private static final int MOST_CHILDREN = 1_000_000;

  /**
   * Checks the name and that nothing is missing.
   *
   * @throws IllegalArgumentException if the name is not valid, the supervisor is permanent and significant, or it is
   *     dynamic and has automatic shutdown
   */
  public SupervisorSpec {
    StageSpec.ensureName(name);
    Objects.requireNonNull(strategy, "strategy must not be null; the default is Strategy.ONE_FOR_ONE");
    Objects.requireNonNull(intensity, "intensity must not be null; use Intensity.none() for no restarts");
    Objects.requireNonNull(backoff, "backoff must not be null; use Backoff.none() for no wait");
    Objects.requireNonNull(decisions, "decisions must not be null; use DecisionRule.RESTART");
    Objects.requireNonNull(restart, "restart must not be null; the default is Restart.PERMANENT");
    Objects.requireNonNull(options, "options must not be null; use ScopeOptions.DEFAULT");
    if (significant && restart == Restart.PERMANENT) {
      throw new IllegalArgumentException(
          "a significant supervisor must be TRANSIENT or TEMPORARY, but was PERMANENT; use withRestart(…) first");
    }
    if (strategy == Strategy.DYNAMIC && options.autoShutdown() != AutoShutdown.NEVER) {
      throw new IllegalArgumentException(
          "a dynamic supervisor forgets children that have ended, so auto shutdown must be NEVER, but was "
          + options.autoShutdown());
    }
  }

  /**
   * {@return a supervisor with the defaults: one for one, the default intensity, no backoff, 5 seconds to drain, 1 of
   * grace}
   *
   * @param name its name: 1–64 of {@code [A-Za-z0-9._-]}
   * @throws IllegalArgumentException if the name is not valid
   */
  public static SupervisorSpec of(String name) {
    return new SupervisorSpec(name, Strategy.ONE_FOR_ONE, Intensity.DEFAULT, Backoff.DEFAULT, DecisionRule.RESTART,
        Restart.PERMANENT, false,
        ScopeOptions.DEFAULT);
  }

  /**
   * {@return a copy with this strategy}
   *
   * @param strategy which children it restarts when one crashes
   * @throws IllegalArgumentException if it is {@link Strategy#DYNAMIC} and the supervisor shuts itself down
   *     automatically
   */
  public SupervisorSpec withStrategy(Strategy strategy) {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, significant, options);
  }

  /**
   * {@return a copy with this restart intensity}
   *
   * @param intensity how many restarts it allows before it gives up
   */
  public SupervisorSpec withIntensity(Intensity intensity) {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, significant, options);
  }

  /**
   * {@return a copy that waits before each restart}
   *
   * @param backoff how long to wait
   */
  public SupervisorSpec withBackoff(Backoff backoff) {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, significant, options);
  }

  /**
   * {@return a copy that decides on each crash with this rule}
   *
   * @param decisions the rule
   */
  public SupervisorSpec withDecisions(DecisionRule decisions) {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, significant, options);
  }

  /**
   * {@return a copy with this restart type} For a supervisor that is a child. Its parent restarts it after it gave up
   * only if it is permanent, which is the default: as in OTP, giving up counts as an orderly end.
   *
   * @param restart the restart type
   * @throws IllegalArgumentException if it is {@link Restart#PERMANENT} and the supervisor is significant
   */
  public SupervisorSpec withRestart(Restart restart) {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, significant, options);
  }

  /**
   * {@return a copy whose end may shut its parent down, as the parent's {@link AutoShutdown} says}
   *
   * @throws IllegalArgumentException if it is permanent
   */
  public SupervisorSpec asSignificant() {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, true, options);
  }

  /**
   * {@return a copy with these options}
   *
   * @param options the options that every scope has
   */
  public SupervisorSpec withOptions(ScopeOptions options) {
    return new SupervisorSpec(name, strategy, intensity, backoff, decisions, restart, significant, options);
  }

  /**
   * {@return a copy with this shutdown time} That of the root counts for the whole tree; that of a child supervisor,
   * when it ends alone.
   *
   * @param shutdown how long {@code close} lets stages drain; zero cancels them at once
   * @throws IllegalArgumentException if {@code shutdown} is negative
   */
  public SupervisorSpec withShutdown(Duration shutdown) {
    return withOptions(options.withShutdown(shutdown));
  }

  /**
   * {@return a copy with this grace period}
   *
   * @param grace how long stages have to end after their interrupt, before their threads are abandoned
   * @throws IllegalArgumentException if {@code grace} is negative
   */
  public SupervisorSpec withGrace(Duration grace) {
    return withOptions(options.withGrace(grace));
  }

  /**
   * {@return a copy that refuses to start more children than this} The default of a dynamic supervisor is 10,000, since
   * others often decide how many children it gets, such as the clients of a server. The default of any other is a
   * million, which only a loop that starts children by mistake will ever reach.
   *
   * @param maxChildren how many may run or be restarting at once, at least 0
   * @throws IllegalArgumentException if {@code maxChildren} is negative
   */
  public SupervisorSpec withMaxChildren(int maxChildren) {
    return withOptions(options.withMaxChildren(maxChildren));
  }

  /** {@return how many children may run or be restarting at once: as many as was set, else the strategy's default} */
  public int maxChildren() {
    return options.maxChildren().orElse(strategy == Strategy.DYNAMIC ? MOST_DYNAMIC_CHILDREN : MOST_CHILDREN);
  }

  /**
   * {@return a copy that refuses to give a producer more subscribers than this} For the root of a scope; it holds for
   * each producer in its tree, and for subscribers of other libraries too. The default is 10,000.
   *
   * @param maxSubscribers how many consumers may be subscribed to one producer at once, at least 0
   * @throws IllegalArgumentException if {@code maxSubscribers} is negative
   */
  public SupervisorSpec withMaxSubscribers(int maxSubscribers) {
    return withOptions(options.withMaxSubscribers(maxSubscribers));
  }

  /**
   * {@return a copy that refuses to start a supervisor below more supervisors than this} For the root of a scope, which
   * is not counted itself. The default is 64, which stops a supervisor that starts itself again in its own init.
   *
   * @param maxDepth how many supervisors may be below one another, at least 0; with 0 the root can have only stages
   * @throws IllegalArgumentException if {@code maxDepth} is negative
   */
  public SupervisorSpec withMaxDepth(int maxDepth) {
    return withOptions(options.withMaxDepth(maxDepth));
  }

  /**
   * {@return a copy that shuts itself down when significant children have ended by themselves}
   *
   * @param autoShutdown when
   * @throws IllegalArgumentException if the supervisor is dynamic and this is not {@link AutoShutdown#NEVER}
   */
  public SupervisorSpec withAutoShutdown(AutoShutdown autoShutdown) {
    return withOptions(options.withAutoShutdown(autoShutdown));
  }

  /**
   * {@return a copy that gives up when more threads than this had to be abandoned}
   *
   * @param maxAbandoned how many, at least 0
   * @throws IllegalArgumentException if {@code maxAbandoned} is negative
   */
  public SupervisorSpec withMaxAbandoned(int maxAbandoned) {
    return withOptions(options.withMaxAbandoned(maxAbandoned));
  }

  /**
   * {@return a copy that warns when a callback of a stage takes longer than this} For the root of a scope; it holds for
   * all stages in its tree. No later than twice that time after the callback began, the runtime publishes a {@link
   * stage.api.observe.StageEvent.Stalled} and logs a warning with the stack of the stage's thread, once for each such
   * callback, and lets the callback go on. A platform thread watches, so this works even when stages that spin keep all
   * virtual threads from running.
   *
   * <p>Generators are left alone, since waiting for input is what they are for, and so are the threads of single
   * events. In a simulation no time passes in user code, so there are no warnings.
   *
   * @param stallWarning how long a callback may take, at least a millisecond; zero, the default: as long as it likes
   * @throws IllegalArgumentException if it is negative, or above zero and below a millisecond
   */
  public SupervisorSpec withStallWarning(Duration stallWarning) {
    return withOptions(options.withStallWarning(stallWarning));
  }

  /**
   * {@return a copy that drains when the JVM is asked to exit, and then reports what became of every event} For the
   * root of a scope. As {@link #withDrainOnExit()}.
   *
   * @param report is called once the scope has closed, on the thread that the JVM waits for before it exits; should not
   *     take long
   */
  public SupervisorSpec withDrainOnExit(Consumer<? super ShutdownReport> report) {
    return withOptions(options.withDrainOnExit(Objects.requireNonNull(report, "report must not be null")));
  }

  /**
   * {@return a copy that drains when the JVM is asked to exit, by {@code SIGTERM} or Ctrl-C for instance} For the root
   * of a scope. A thread that is still starting stages at that moment is held until the JVM has exited, so that the
   * last thing you see is not the trace of a start that came too late.
   */
  public SupervisorSpec withDrainOnExit() {
    return withOptions(options.withDrainOnExit());
  }

  /**
   * {@return a copy that carries a context onto its threads} For the root of a scope; it holds for its child
   * supervisors too.
   *
   * @param context what to carry
   */
  public SupervisorSpec withContext(ContextCapture context) {
    return withOptions(options.withContext(context));
  }

  /**
   * {@return a copy that tells this listener what happens in the whole tree} For the root of a scope.
   *
   * @param listener receives the events
   */
  public SupervisorSpec withListener(StageListener listener) {
    return withOptions(options.withListener(listener));
  }

  /** {@return {@code options().shutdown()}} */
  public Duration shutdown() {
    return options.shutdown();
  }

  /** {@return {@code options().grace()}} */
  public Duration grace() {
    return options.grace();
  }
}
