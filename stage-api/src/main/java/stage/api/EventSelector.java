package stage.api;

/**
 * Chooses which events of a broadcast a subscription gets. As the {@code :selector} of GenStage's
 * {@code BroadcastDispatcher}.
 *
 * @param <E> the events
 * @since 0.1
 */
@FunctionalInterface
public interface EventSelector<E> {
  /**
   * Decides for one event. Runs on the producer's thread, so it should be quick.
   *
   * @param event the event
   * @return whether the subscription gets it; an event not chosen costs the subscription no demand
   * @throws Exception for this subscription the event becomes a dead letter; other subscriptions are not affected
   */
  boolean test(E event) throws Exception;
}
