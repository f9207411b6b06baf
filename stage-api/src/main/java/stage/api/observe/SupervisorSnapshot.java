package stage.api.observe;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The numbers of one supervisor at one instant; those of the supervisors below it are not in them.
 *
 * @param path its path
 * @param strategy the strategy by which it restarts its children, such as {@code ONE_FOR_ONE}
 * @param isRestarting whether it is restarting several children together
 * @param children how many children it has, stopped ones included
 * @param crashes incarnations of its stages that ended by a throwable or by force
 * @param restarts incarnations that took over
 * @param escalations how often it gave up
 * @param closesIn how long it lets its stages drain before it cancels them, if it is closing, or one above it; zero if
 *     they have been cancelled; empty if it is open
 * @since 0.1
 */
public record SupervisorSnapshot(
    String path, String strategy, boolean isRestarting, int children, long crashes, long restarts, long escalations,
    Optional<Duration> closesIn) {
  /** Rejects nulls. */
  public SupervisorSnapshot {
    Objects.requireNonNull(path, "path must not be null");
    Objects.requireNonNull(strategy, "strategy must not be null");
    Objects.requireNonNull(closesIn, "closesIn must not be null; use Optional.empty()");
  }
}
