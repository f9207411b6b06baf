package stage.api;

/**
 * The ledger of one subscription at one instant.
 *
 * <p>Always {@code sent = handled + inFlight + deadLettered + dropped + returned}, and, until the subscription has ended,
 * {@code requested = outstanding + sent}.
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
    long returned) {

  /** {@return whether the numbers add up; if not, the engine is broken} */
  public boolean isBalanced() {
    boolean sentAddsUp = sent == handled + inFlight + deadLettered + dropped + returned;
    return sentAddsUp && inFlight >= 0 && outstanding >= 0
        && (requested == Long.MAX_VALUE || requested == outstanding + sent);
  }
}
