package stage.api;

/**
 * A handle to one subscription. Any thread may use it.
 *
 * @since 0.1
 */
public interface Subscription {
  /** {@return the subscription's number, unique in this JVM} */
  long id();

  /**
   * Ends the subscription. Returns at once: the turn that is running is finished, and no event is delivered on this
   * subscription after it. Events not yet handled go back to the producer for its other consumers. Cancelling twice
   * changes nothing.
   */
  void cancel();

  /** {@return the subscription's numbers at this instant} */
  SubscriptionSnapshot snapshot();
}
