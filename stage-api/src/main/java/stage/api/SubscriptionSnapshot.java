package stage.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The ledger of one subscription at one instant.
 *
 * <p>Always {@code sent = handled + inFlight + deadLettered + dropped + returned}, and, until the subscription has
 * ended, {@code requested = outstanding + sent}.
 *
 * @param id the subscription's number, unique in this JVM
 * @param producer the producer's path
 * @param consumer the consumer's path
 * @param demand how much the consumer asks for at a time
 * @param isOpen whether the subscription has not ended yet
 * @param requested events the consumer has asked for
 * @param outstanding events asked for and not yet sent
 * @param sent events published to the consumer
 * @param handled events that the consumer handled
 * @param inFlight events sent and not yet settled
 * @param deadLettered events given up, which became dead letters
 * @param dropped events that failed and were dropped, because the consumer has no redelivery
 * @param returned events taken back because the consumer left
 * @param age how long the oldest event in flight has been under way, at least; zero if none is in flight
 * @param share which of the producer's events this subscription gets
 * @param isGated whether the consumer only passes events on to a subscriber outside of Stage, and asks for as many as
 *     that has requested
 * @since 0.1
 */
public record SubscriptionSnapshot(
    long id,
    String producer,
    String consumer,
    Demand demand,
    boolean isOpen,
    long requested,
    long outstanding,
    long sent,
    long handled,
    long inFlight,
    long deadLettered,
    long dropped,
    long returned,
    Duration age,
    Share share,
    boolean isGated) {

  /**
   * Which of a producer's events go to one subscription.
   *
   * @param partition the partition it takes; empty if the producer has none
   * @param isSelective whether a selector decides, event by event
   * @since 0.1
   */
  public record Share(Optional<String> partition, boolean isSelective) {
    /** Whatever the dispatcher gives it. */
    public static final Share ANY = new Share(Optional.empty(), false);

    /** Rejects null. */
    public Share {
      Objects.requireNonNull(partition, "partition must not be null; use Optional.empty()");
    }
  }

  /** Rejects nulls. */
  public SubscriptionSnapshot {
    Objects.requireNonNull(producer, "producer must not be null");
    Objects.requireNonNull(consumer, "consumer must not be null");
    Objects.requireNonNull(demand, "demand must not be null");
    Objects.requireNonNull(age, "age must not be null");
    Objects.requireNonNull(share, "share must not be null; use Share.ANY");
  }

  /** {@return whether the numbers add up; if not, the engine is broken} */
  public boolean isBalanced() {
    boolean sentAddsUp = sent == handled + inFlight + deadLettered + dropped + returned;
    return sentAddsUp && inFlight >= 0 && outstanding >= 0
        && (requested == Long.MAX_VALUE || requested == outstanding + sent);
  }
}
