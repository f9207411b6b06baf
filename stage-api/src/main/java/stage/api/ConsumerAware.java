package stage.api;

/**
 * What a producer or producer-consumer implements beside its contract to be told of its consumers. As the producer's
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
 * before a call that was made after the subscription. Of each subscription an incarnation is told at most once that it
 * is there, and then at most once that it is over; of one that was over before the stage counted it in, nothing. An
 * incarnation that follows a crash or a replacement is told of the subscriptions that are there then, not of those that
 * ended in between: so a count that begins at zero in each incarnation is right. Once the stage completes or is
 * stopped, it is told nothing more.
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
   * @param out where to emit, as in a timer: to whom it goes is the dispatcher's choice, and beyond demand it waits
   * @throws Exception a crash of the stage
   */
  default void onConsumerSubscribed(Subscription to, Outlet<O> out) throws Exception {}

  /**
   * Called when a consumer has left: it has cancelled the subscription, or has ended. What it had not handled has come
   * back by then, where it comes back at all.
   *
   * @param from the subscription; its snapshot has the last numbers
   * @param out where to emit
   * @throws Exception a crash of the stage
   */
  default void onConsumerLeft(Subscription from, Outlet<O> out) throws Exception {}
}
