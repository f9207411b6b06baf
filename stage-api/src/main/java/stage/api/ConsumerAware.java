package stage.api;

/**
 * Implemented by a producer or producer-consumer beside its contract, to be told of its consumers. As the producer's
 * side of GenStage's {@code handle_subscribe/4} and {@code handle_cancel/3}.
 *
 * {@snippet :
 * class Quotes implements Stage.Producer<Quote>, ConsumerAware<Quote> {
 *   private int consumers;
 *
 *   @Override
 *   public void onDemand(long demand, Outlet<Quote> out) {}   // the connection emits
 *
 *   @Override
 *   public void onConsumerSubscribed(Subscription to, Outlet<Quote> out) {
 *     if (++consumers == 1) connect();
 *   }
 *
 *   @Override
 *   public void onConsumerLeft(Subscription from, Outlet<Quote> out) {
 *     if (--consumers == 0) disconnect();
 *   }
 * }
 * }
 *
 * <p>Both run as turns on the stage's own thread, whether there is demand or not, also while the stage is paused, and
 * before a call that was made after the subscription. An incarnation is told at most once that a subscription exists,
 * and after that at most once that it has ended; it is not told of a subscription that ended before the stage had
 * counted it in. After a crash or a replacement, the new incarnation is told of the subscriptions that exist then, not
 * of those that ended in between: so a count that begins at zero in each incarnation is right. Once the stage completes
 * or is stopped, it is told nothing more.
 *
 * <p>Demand needs no care: it is counted by the engine. Subscribers of {@link java.util.concurrent.Flow}, and streams
 * that are being read, are consumers as well. A {@link Stage.Generator} cannot be told, since its thread is in its own
 * loop; it does not start if it implements this.
 *
 * @param <O> the events it emits
 * @since 0.1
 */
public interface ConsumerAware<O> {
  /**
   * Called when the stage counts a subscription in: from now on its events go there, too.
   *
   * @param to the subscription; may be kept. {@link Subscription#snapshot} has the consumer's path, its demand and its
   *     partition; {@link Subscription#cancel} ends it
   * @param out where to emit, as in a timer: the dispatcher chooses the consumer, and events beyond demand wait
   * @throws Exception a crash of the stage
   */
  default void onConsumerSubscribed(Subscription to, Outlet<O> out) throws Exception {}

  /**
   * Called when a consumer has left: it has cancelled the subscription, or has ended. Events that it gives back have
   * come back by then.
   *
   * @param from the subscription; its snapshot has the last numbers
   * @param out where to emit
   * @throws Exception a crash of the stage
   */
  default void onConsumerLeft(Subscription from, Outlet<O> out) throws Exception {}
}
