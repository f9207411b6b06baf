package stage.api;

/**
 * What a consumer can subscribe to: a producer, or a {@link SubscriptionSpec} that says more about how.
 *
 * @param <E> the events
 * @since 0.1
 */
public sealed interface Subscribable<E> permits ProducerRef, SubscriptionSpec {
  /** {@return what a subscription to this is like; for a producer, one with the default demand to all that it has} */
  SubscriptionSpec<E> subscription();
}
