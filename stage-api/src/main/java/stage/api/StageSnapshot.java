package stage.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The numbers of one stage at one instant. Counters are over all incarnations.
 *
 * @param id the stage's number, unique in this JVM; a stage that is started again from its spec gets another one
 * @param path the stage's path
 * @param kind what kind of stage it is
 * @param status where it stands in its life
 * @param incarnation which life this is: 1 at first
 * @param awaiting what its thread waits for, such as {@code EVENTS} or {@code DEMAND}; {@code RUNNING} if it does not
 *     wait
 * @param mailbox how many calls and casts wait
 * @param backlog events emitted and waiting for demand
 * @param eventsEmitted events emitted over all incarnations, including those dropped, skipped or dead-lettered
 * @param eventsDropped events dropped by the overflow policy
 * @param eventsSkipped events that the dispatcher gave to no consumer
 * @param eventsDeadLettered events given up: by a consumer after its redeliveries, or by a producer whose key function
 *     threw
 * @param eventsReturned events that consumers gave back when they left, and that no other will get
 * @param eventsUndelivered events that were still in the backlog when the stage ended
 * @param activity what it does with its time
 * @param run what it does in a pipeline; empty for a stage that is in none
 * @param feed how its events are shared among its consumers; empty for a consumer
 * @param inputs its subscriptions to producers, without those that have ended
 * @param outputs the subscriptions of its consumers, without those that have ended
 * @since 0.1
 */
public record StageSnapshot(
    long id,
    String path,
    Kind kind,
    Status status,
    int incarnation,
    String awaiting,
    int mailbox,
    long backlog,
    long eventsEmitted,
    long eventsDropped,
    long eventsSkipped,
    long eventsDeadLettered,
    long eventsReturned,
    long eventsUndelivered,
    StageActivity activity,
    Optional<RunSnapshot> run,
    Optional<Feed> feed,
    List<SubscriptionSnapshot> inputs,
    List<SubscriptionSnapshot> outputs) {

  /**
   * What kind of stage it is.
   *
   * @since 0.1
   */
  public enum Kind {
    /** Makes events when there is demand. */
    PRODUCER,
    /** Makes events in a loop that blocks while there is no demand. */
    GENERATOR,
    /** Takes events and makes others. */
    PRODUCER_CONSUMER,
    /** Takes events. */
    CONSUMER
  }

  /**
   * How a producer's events are shared among its consumers.
   *
   * @param dispatch the dispatcher: {@code demand}, {@code broadcast}, {@code partition}, or {@code shared} for one of
   *     your own
   * @param unclaimed the partitions that no consumer has subscribed to, in the order in which the dispatcher names them
   * @since 0.1
   */
  public record Feed(String dispatch, List<String> unclaimed) {
    /** Copies the list, and rejects nulls. */
    public Feed {
      Objects.requireNonNull(dispatch, "dispatch must not be null");
      unclaimed = List.copyOf(Objects.requireNonNull(unclaimed, "unclaimed must not be null"));
    }
  }

  /**
   * Where a stage stands in its life.
   *
   * @since 0.1
   */
  public enum Status {
    /** Its behaviour is being made and started. */
    STARTING,
    /** It takes turns. */
    RUNNING,
    /** It is paused: it takes no turns for events or demand. */
    PAUSED,
    /** It has crashed and waits for its next incarnation. */
    BACKING_OFF,
    /** It has no incarnation and waits for its supervisor, which restarts it together with others. */
    HELD,
    /** It takes nothing new, and delivers what it has. */
    DRAINING,
    /** It has ended. */
    ENDED
  }

  /** Copies the lists, and rejects nulls. */
  public StageSnapshot {
    Objects.requireNonNull(path, "path must not be null");
    Objects.requireNonNull(kind, "kind must not be null");
    Objects.requireNonNull(status, "status must not be null");
    Objects.requireNonNull(awaiting, "awaiting must not be null; use \"\" if it is not known");
    Objects.requireNonNull(activity, "activity must not be null; use StageActivity.NONE");
    Objects.requireNonNull(run, "run must not be null; use Optional.empty()");
    Objects.requireNonNull(feed, "feed must not be null; use Optional.empty()");
    inputs = List.copyOf(Objects.requireNonNull(inputs, "inputs must not be null"));
    outputs = List.copyOf(Objects.requireNonNull(outputs, "outputs must not be null"));
  }
}
