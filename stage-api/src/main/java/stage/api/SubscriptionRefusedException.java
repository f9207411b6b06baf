package stage.api;

/**
 * Thrown when a subscription was refused. Nothing has changed for either stage. The message says why, and what to do
 * instead; the cause is what one of the two has failed with, if it has.
 *
 * @since 0.1
 */
public final class SubscriptionRefusedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final transient String producer;
  private final transient String consumer;

  /**
   * Names both stages and the reason.
   *
   * @param consumer the consumer's path
   * @param producer the producer's path
   * @param why the reason, and what to do instead
   */
  public SubscriptionRefusedException(String consumer, String producer, String why) {
    super("stage " + consumer + " cannot subscribe to " + producer + ": " + why);
    this.producer = producer;
    this.consumer = consumer;
  }

  /** {@return the producer's path} */
  public String producer() {
    return producer;
  }

  /** {@return the consumer's path} */
  public String consumer() {
    return consumer;
  }
}
