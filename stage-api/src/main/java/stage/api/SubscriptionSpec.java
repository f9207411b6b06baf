package stage.api;

import java.util.Objects;
import java.util.Optional;

/**
 * Describes one subscription: to which producer, and how. An immutable value; each {@code with…} method gives a changed
 * copy.
 *
 * @param producer the producer
 * @param demand how much to ask for
 * @param cancelPolicy what the subscription's end does to the consumer
 * @param selector which events of a broadcast to get; empty for all
 * @param partition which partition to get; empty if the producer has none
 * @param weight a number for a {@link DispatchRule} of your own; 1 by default
 * @param cycleAllowed whether the subscription may close a cycle of stages
 * @param <E> the producer's events
 * @since 0.1
 */
public record SubscriptionSpec<E>(
    ProducerRef<E, ?> producer,
    Demand demand,
    CancelPolicy cancelPolicy,
    Optional<EventSelector<? super E>> selector,
    Optional<String> partition,
    int weight,
    boolean cycleAllowed)
    implements Subscribable<E> {

  /**
   * Checks that nothing is missing.
   *
   * @throws NullPointerException if a component is null; the message names it
   * @throws IllegalArgumentException if {@code weight} is below 1
   */
  public SubscriptionSpec {
    Objects.requireNonNull(producer, "producer must not be null; pass the ref that start returned");
    Objects.requireNonNull(demand, "demand must not be null; use Demand.max(n)");
    Objects.requireNonNull(cancelPolicy, "cancelPolicy must not be null; the default is CancelPolicy.TRANSIENT");
    Objects.requireNonNull(selector, "selector must not be null; leave it out to get every event");
    Objects.requireNonNull(partition, "partition must not be null; leave it out where the producer has none");
    if (weight < 1) throw new IllegalArgumentException("weight must be at least 1, but was " + weight);
  }

  /**
   * {@return a subscription to a producer with demand 1000/500}
   *
   * @param producer the producer
   * @param <E> the producer's events
   */
  public static <E> SubscriptionSpec<E> to(ProducerRef<E, ?> producer) {
    return new SubscriptionSpec<>(
        producer, Demand.DEFAULT, CancelPolicy.TRANSIENT, Optional.empty(), Optional.empty(), 1, false);
  }

  static <E> SubscriptionSpec<E> of(Subscribable<E> source) {
    return Objects.requireNonNull(source, "source must not be null; pass the ref that start returned").subscription();
  }

  /** {@return this} */
  @Override
  public SubscriptionSpec<E> subscription() {
    return this;
  }

  /**
   * {@return a copy with this demand}
   *
   * @param demand how much to ask for
   */
  public SubscriptionSpec<E> withDemand(Demand demand) {
    return new SubscriptionSpec<>(producer, demand, cancelPolicy, selector, partition, weight, cycleAllowed);
  }

  /**
   * {@return a copy with this policy}
   *
   * @param cancelPolicy what the subscription's end does to the consumer
   */
  public SubscriptionSpec<E> withCancelPolicy(CancelPolicy cancelPolicy) {
    return new SubscriptionSpec<>(producer, demand, cancelPolicy, selector, partition, weight, cycleAllowed);
  }

  /**
   * {@return a copy that gets only some events of a broadcast} Subscribing is refused if the producer does not
   * broadcast.
   *
   * @param selector chooses the events
   */
  public SubscriptionSpec<E> withSelector(EventSelector<? super E> selector) {
    Objects.requireNonNull(selector, "selector must not be null; leave it out to get every event");
    return new SubscriptionSpec<>(producer, demand, cancelPolicy, Optional.of(selector), partition, weight,
        cycleAllowed);
  }

  /**
   * {@return a copy for one partition} Subscribing is refused if the producer has no such partition.
   *
   * @param partition the partition's name
   */
  public SubscriptionSpec<E> withPartition(String partition) {
    Objects.requireNonNull(partition, "partition must not be null; leave it out where the producer has none");
    return new SubscriptionSpec<>(producer, demand, cancelPolicy, selector, Optional.of(partition), weight,
        cycleAllowed);
  }

  /**
   * {@return a copy for one numbered partition}
   *
   * @param partition the partition's number, from 0
   * @throws IllegalArgumentException if {@code partition} is negative
   */
  public SubscriptionSpec<E> withPartition(int partition) {
    if (partition < 0) throw new IllegalArgumentException("partition must be at least 0, but was " + partition);
    return withPartition(Integer.toString(partition));
  }

  /**
   * {@return a copy with this weight} It has a meaning only for a {@link DispatchRule} of your own.
   *
   * @param weight at least 1
   * @throws IllegalArgumentException if {@code weight} is below 1
   */
  public SubscriptionSpec<E> withWeight(int weight) {
    return new SubscriptionSpec<>(producer, demand, cancelPolicy, selector, partition, weight, cycleAllowed);
  }

  /**
   * {@return a copy that may close a cycle of stages, which is refused otherwise} In a cycle each stage waits for the
   * next one's demand; it is up to you that they never all wait at once. A cycle does not drain: closing its scope
   * cancels it when the shutdown time is over.
   */
  public SubscriptionSpec<E> allowingCycle() {
    return new SubscriptionSpec<>(producer, demand, cancelPolicy, selector, partition, weight, true);
  }
}
