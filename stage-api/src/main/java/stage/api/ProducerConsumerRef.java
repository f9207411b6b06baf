package stage.api;

import java.util.concurrent.Flow;

/**
 * A handle to a running stage that consumes events and emits others.
 *
 * @param <I> the events it consumes
 * @param <O> the events it emits
 * @param <S> the behaviour's type
 * @since 0.1
 */
public interface ProducerConsumerRef<I, O, S> extends ProducerRef<O, S>, ConsumerRef<I, S> {
  /**
   * {@return this stage as a processor: a subscriber to one publisher, as {@link #asSubscriber(Demand)}, and a
   * publisher to any number of subscribers, as {@link #subscribe(Flow.Subscriber)}} By all rules of Reactive Streams
   * 1.0.4.
   *
   * <p>Its subscribers share the events by the stage's dispatcher; for each to get all of them, give the spec
   * {@link Dispatcher#broadcast}.
   *
   * <p>When the last subscriber of the processor has cancelled, its publisher is cancelled too, which ends that
   * subscription of the stage as if it had completed. When its publisher fails, so does the stage, and passes the
   * failure on right after the events before it (4.2).
   *
   * @param demand how much to ask the publisher for
   * @throws SubscriptionRefusedException if this stage has ended
   * @throws IllegalStateException if the scope is closing
   */
  Flow.Processor<I, O> asProcessor(Demand demand);
}
