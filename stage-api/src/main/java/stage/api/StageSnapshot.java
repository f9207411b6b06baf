package stage.api;

import java.util.List;
import java.util.Objects;

/**
 * The numbers of one stage at one instant. Counters are over all incarnations.
 *
 * @param path the stage's path
 * @param status where it stands in its life
 * @param incarnation which life this is
 * @param awaiting what its thread waits for, such as {@code EVENTS} or {@code DEMAND}; {@code RUNNING} if it does not wait
 * @param mailbox how many calls and casts wait
 * @param backlog events emitted and waiting for demand
 * @param eventsEmitted events emitted over all incarnations, including those dropped, skipped or dead-lettered
 * @param eventsDropped events dropped by the overflow policy
 * @param eventsSkipped events that the dispatcher gave to nobody
 * @param eventsDeadLettered events given up: by a consumer after its redeliveries, or by a producer whose key function threw
 * @param eventsReturned events that consumers gave back when they left, and that nobody else will get
 * @param eventsUndelivered events that were still in the backlog when the stage ended
 * @param inputs its subscriptions to producers, without those that have ended
 * @param outputs the subscriptions of its consumers, without those that have ended
 */
public record StageSnapshot(
    String path,
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
    List<SubscriptionSnapshot> inputs,
    List<SubscriptionSnapshot> outputs) {

  /** Where a stage stands in its life. */
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

  /** Copies the lists. */
  public StageSnapshot {
    Objects.requireNonNull(path, "path must not be null");
    Objects.requireNonNull(status, "status must not be null");
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
