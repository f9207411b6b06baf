package stage.runtime.engine;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import stage.api.CancelPolicy;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.internal.Description;

/**
 * What leads out of the graph of stages and into it: {@link Flow} and streams. A service of this module's own, because
 * the makers of bridges know the engine, and the engine must not know them.
 */
public interface Bridges {
  /**
   * {@return the behaviour to run for one that is only a description}
   *
   * @param described what a factory made
   */
  Stage.Behaviour behaviourOf(Description described);

  /**
   * Connects a subscriber to a producer. See {@link stage.api.ProducerRef#subscribe(Flow.Subscriber)}.
   *
   * @param producer the producer's cell
   * @param how what the subscription is like; its demand is the most that is asked for at a time
   * @param subscriber gets the events
   * @param <O> the events
   */
  <O> void subscribe(Cell<?> producer, SubscriptionSpec<O> how, Flow.Subscriber<? super O> subscriber);

  /**
   * {@return a subscriber that hands what it gets to a consumer} See
   * {@link stage.api.ConsumerRef#asSubscriber(Demand)}.
   *
   * @param consumer the consumer's cell
   * @param demand how much to ask for
   * @param policy what the end of the publisher does to the consumer
   * @param <I> the events
   */
  <I> Flow.Subscriber<I> subscriber(Cell<?> consumer, Demand demand, CancelPolicy policy);

  /**
   * {@return a producer-consumer as others see it} See {@link stage.api.ProducerConsumerRef#asProcessor(Demand)}.
   *
   * @param stage the cell
   * @param demand how much to ask for
   * @param how what the subscriptions of those that subscribe to it are like
   * @param <I> the events it consumes
   * @param <O> the events it emits
   */
  <I, O> Flow.Processor<I, O> processor(Cell<?> stage, Demand demand, SubscriptionSpec<O> how);

  /**
   * {@return a producer's events} See {@link stage.api.ProducerRef#stream(Demand)}.
   *
   * @param producer the producer's cell
   * @param how what the subscription is like
   * @param <O> the events
   */
  <O> Stream<O> stream(Cell<?> producer, SubscriptionSpec<O> how);

  /** {@return the bridges of this runtime} */
  static Bridges find() {
    if (Found.BRIDGES.isPresent()) return Found.BRIDGES.get();
    throw new IllegalStateException("stage.runtime has lost its service " + Bridges.class.getName()
        + "; if its jar was merged with others, their META-INF/services must be merged too");
  }

  /** Holds the one service of this runtime. */
  final class Found {
    private static final Optional<Bridges> BRIDGES =
        ServiceLoader.load(Bridges.class, Bridges.class.getClassLoader()).findFirst();

    private Found() {}
  }
}
