package stage.api.observe;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;

/**
 * Everything below one supervisor at about one instant. The counters of each subscription are consistent with each
 * other; two stages are read one after the other, so their numbers may be some microseconds apart.
 *
 * @param scope the path of the supervisor it was taken of
 * @param at the time of day, for people to read
 * @param nanos the time on a monotonic clock, in nanoseconds; only the difference to another snapshot of the same JVM
 *     means something
 * @param stages the stages that have not ended, in start order
 * @param subscriptions the subscriptions of those stages that have not ended, each once; one to or from a stage
 *     elsewhere is in it too
 * @param supervisors the supervisor itself, then those below it, parents first
 * @param calls threads that are blocked in a method of one of these stages, the one blocked for longest first
 * @since 0.1
 */
public record TreeSnapshot(
    String scope,
    Instant at,
    long nanos,
    List<StageSnapshot> stages,
    List<SubscriptionSnapshot> subscriptions,
    List<SupervisorSnapshot> supervisors,
    List<BlockedCall> calls) {

  /** Copies the lists, and rejects nulls. */
  public TreeSnapshot {
    Objects.requireNonNull(scope, "scope must not be null");
    Objects.requireNonNull(at, "at must not be null");
    stages = List.copyOf(Objects.requireNonNull(stages, "stages must not be null"));
    subscriptions = List.copyOf(Objects.requireNonNull(subscriptions, "subscriptions must not be null"));
    supervisors = List.copyOf(Objects.requireNonNull(supervisors, "supervisors must not be null"));
    calls = List.copyOf(Objects.requireNonNull(calls, "calls must not be null"));
  }
}
