package stage.api.supervision;

import java.util.List;
import java.util.Objects;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;

/**
 * What a scope left behind when it closed. Each list holds the first 1,000, so that a scope in which stages come and go
 * does not grow; the numbers count all.
 *
 * @param drained how many stages ended by themselves, with everything they had been sent handled and everything they
 *     had emitted delivered
 * @param stages the last numbers of every stage that had events left over or was cancelled; empty after a clean drain
 * @param subscriptions the last ledgers of the subscriptions on which events were returned
 * @param eventsReturned events that had been sent to a consumer and were not handled
 * @param eventsUndelivered events that had been emitted and were never sent
 * @param eventsDropped events that were given up on as the specs say, during the whole life of the scope: by an
 *     {@link stage.api.Overflow} that drops, or by {@link stage.api.Redelivery#none}
 * @param sourcesCutShort how many producers and generators had not completed when they were stopped, by a close for
 *     instance: what they would still have emitted is in no other number
 * @param cancelled the paths of the stages that did not end within the shutdown time
 * @param stragglers threads that are still alive, although they were interrupted
 * @since 0.1
 */
public record ShutdownReport(
    int drained,
    List<StageSnapshot> stages,
    List<SubscriptionSnapshot> subscriptions,
    long eventsReturned,
    long eventsUndelivered,
    long eventsDropped,
    int sourcesCutShort,
    List<String> cancelled,
    List<StragglersException.Straggler> stragglers) {
  /** Copies the lists, and rejects nulls. */
  public ShutdownReport {
    stages = List.copyOf(Objects.requireNonNull(stages, "stages must not be null"));
    subscriptions = List.copyOf(Objects.requireNonNull(subscriptions, "subscriptions must not be null"));
    cancelled = List.copyOf(Objects.requireNonNull(cancelled, "cancelled must not be null"));
    stragglers = List.copyOf(Objects.requireNonNull(stragglers, "stragglers must not be null"));
  }

  /**
   * {@return whether every event was handled, or dropped as its stage's spec says, and every stage ended by itself}
   * That says nothing of events that were never emitted: see {@link #sourcesCutShort}.
   */
  public boolean isClean() {
    return eventsReturned == 0 && eventsUndelivered == 0 && cancelled.isEmpty() && stragglers.isEmpty();
  }
}
