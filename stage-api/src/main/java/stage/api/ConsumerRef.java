package stage.api;

import java.util.List;
import java.util.concurrent.Flow;

/**
 * A handle to a running stage that consumes events.
 *
 * <p>Implemented by the engine only.
 *
 * @param <I> the events it consumes
 * @param <S> the behaviour's type
 * @since 0.1
 */
public non-sealed interface ConsumerRef<I, S> extends StageRef<S> {
  /**
   * Subscribes to one more producer while running; with demand 1000/500, unless a subscription says otherwise. When
   * this returns, the producer has accepted: in every turn that it begins after that, it counts this subscription in.
   * Waits for neither stage.
   *
   * @param source a producer, or a subscription to one
   * @return a handle to the subscription
   * @throws SubscriptionRefusedException if the producer or this consumer has ended, the producer has no such partition
   *     or does not broadcast, or the subscription would close a cycle; nothing has changed then for either stage
   */
  Subscription subscribeTo(Subscribable<? extends I> source);

  /**
   * Subscribes to one more producer while running, with this demand.
   *
   * @param source a producer, or a subscription to one
   * @param demand how much to ask for
   * @return a handle to the subscription
   * @throws SubscriptionRefusedException as {@link #subscribeTo(Subscribable)}
   */
  default Subscription subscribeTo(Subscribable<? extends I> source, Demand demand) {
    return subscribeTo(SubscriptionSpec.of(source).withDemand(demand));
  }

  /**
   * Subscribes to some events of one more broadcast while running.
   *
   * @param source a producer, or a subscription to one
   * @param selector chooses the events
   * @param <E> the producer's events
   * @return a handle to the subscription
   * @throws SubscriptionRefusedException as {@link #subscribeTo(Subscribable)}
   */
  default <E extends I> Subscription subscribeTo(Subscribable<E> source, EventSelector<? super E> selector) {
    return subscribeTo(SubscriptionSpec.of(source).withSelector(selector));
  }

  /**
   * {@return the events that threads of their own are working on at this instant, the longest-running first} Empty for
   * a stage that handles its events on its own thread. Never waits. As {@code which_children/1} of GenStage's
   * {@code ConsumerSupervisor}.
   */
  List<RunningEvent<I>> running();

  /**
   * {@return a subscriber that passes its events on to this consumer} As {@link #asSubscriber(Demand, CancelPolicy)}
   * with {@link CancelPolicy#TRANSIENT}.
   *
   * @param demand how much to ask the publisher for
   * @throws SubscriptionRefusedException if this consumer has ended
   */
  default Flow.Subscriber<I> asSubscriber(Demand demand) {
    return asSubscriber(demand, CancelPolicy.TRANSIENT);
  }

  /**
   * {@return a subscriber that passes its events on to this consumer} By all rules of Reactive Streams 1.0.4. From now
   * on it counts as one subscription of this consumer, whether or not it is given to a publisher. It can be given to
   * only one.
   *
   * <p>No signal waits for the consumer or runs its code (rule 2.2): events wait in the subscription, at most as many
   * as were requested. The publisher is asked for exactly what the consumer wants, from a virtual thread of the
   * subscription's own in the consumer's scope (2.7), whose start this call waits for.
   *
   * <ul>
   *   <li>The publisher's {@code onComplete} ends the subscription after its last event. Its {@code onError} counts as
   *       a failed producer, and the policy decides.
   *   <li>When the consumer cancels, stops, or ends, the publisher is cancelled, once (2.6). A restart in place does
   *       not count as an end. Events that had come and were not handled cannot go back, and are counted as undelivered
   *       in the scope's report.
   *   <li>A second {@code onSubscribe} is cancelled (2.5). An event that comes after a cancel is dropped and counted
   *       (2.8). One that was not requested is dropped, and the publisher counts as failed (1.1).
   * </ul>
   *
   * @param demand how much to ask the publisher for
   * @param policy what the end of the publisher does to this consumer
   * @throws SubscriptionRefusedException if this consumer has ended, or hands each event to a thread of its own and the
   *     demand is manual
   * @throws IllegalStateException if the scope is closing
   */
  Flow.Subscriber<I> asSubscriber(Demand demand, CancelPolicy policy);
}
