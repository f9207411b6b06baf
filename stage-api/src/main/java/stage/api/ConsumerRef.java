package stage.api;

/**
 * A handle to a running stage that consumes events.
 *
 * <p>Implemented by the engine only.
 *
 * @param <I> the events it consumes
 * @param <S> the behaviour's type
 */
public non-sealed interface ConsumerRef<I, S> extends StageRef<S> {
  /**
   * Subscribes to one more producer while running, with demand 1000/500.
   *
   * @param producer the producer
   * @return to cancel the subscription
   * @throws SubscriptionRefused as {@link #subscribeTo(SubscriptionSpec)}
   */
  default Subscription subscribeTo(ProducerRef<? extends I, ?> producer) {
    return subscribeTo(SubscriptionSpec.to(producer));
  }

  /**
   * Subscribes to one more producer while running.
   *
   * @param producer the producer
   * @param demand how much to ask for
   * @return to cancel the subscription
   * @throws SubscriptionRefused as {@link #subscribeTo(SubscriptionSpec)}
   */
  default Subscription subscribeTo(ProducerRef<? extends I, ?> producer, Demand demand) {
    return subscribeTo(SubscriptionSpec.to(producer).withDemand(demand));
  }

  /**
   * Subscribes to one more producer while running. When this returns, the producer has accepted: every event that it emits in a turn begun
   * after that counts this subscription in. Does not wait for either stage.
   *
   * @param subscription to whom, and how
   * @return to cancel the subscription
   * @throws SubscriptionRefused if the producer or this consumer has ended, the producer has no such partition or does not
   *     broadcast, or the subscription would close a cycle; neither stage has noticed anything
   */
  Subscription subscribeTo(SubscriptionSpec<? extends I> subscription);
}
