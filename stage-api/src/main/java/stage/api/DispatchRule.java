package stage.api;

import java.util.Objects;

/**
 * A rule that shares events among subscriptions, each event to one: numbers in, numbers out.
 *
 * <p>Implement it for a sharing of your own (weighted, by priority) and pass it to {@link Dispatcher#shared}. The
 * engine calls it on the producer's thread; for a generator that is in its own code, also on the thread that wants the
 * events, such as a consumer's. It is called by one thread at a time, unless the same instance was given to several
 * producers, and must not block: a thread cannot be replaced while it is in a rule. The engine checks its answer: if a
 * rule shares out more than there was or was wanted, the producer crashes, and nothing is published.
 *
 * <p>A rule is shown all subscriptions, so what it costs to share grows with their number. That of
 * {@link Dispatcher#demand()} is built in and does not: an event costs about as much among ten thousand consumers as
 * among ten.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface DispatchRule {
  /**
   * Shares out a run of events. The first {@code shares[0]} go to subscription 0, the next {@code shares[1]} to
   * subscription 1, and so on; what is left over waits in the producer's backlog for more demand.
   *
   * @param events how many events there are, at least 1
   * @param subscriptions those that could take them; at least one has demand
   * @param shares to be filled in, all 0 at first: how many events each gets, at most its demand
   */
  void share(int events, Subscriptions subscriptions, int[] shares);

  /**
   * {@return how many events the producer may be asked for, at least 0} By default all outstanding demand; a rule that
   * would rather wait for a certain subscription returns less. A negative result crashes the producer.
   *
   * @param subscriptions all subscriptions of the producer
   */
  default long demand(Subscriptions subscriptions) {
    Objects.requireNonNull(subscriptions, "subscriptions must not be null");
    long sum = 0;
    for (int i = 0; i < subscriptions.count(); i++) {
      sum += subscriptions.demand(i);
      if (sum < 0) return Long.MAX_VALUE;
    }
    return sum;
  }

  /**
   * The subscriptions of a producer, in the order of their acceptance. Valid during the call it is handed to.
   *
   * @since 0.1
   */
  interface Subscriptions {
    /** {@return how many there are} */
    int count();

    /**
     * {@return the outstanding demand of a subscription}
     *
     * @param index which, from 0
     */
    long demand(int index);

    /**
     * {@return the weight given by {@link SubscriptionSpec#withWeight}, 1 by default; what it means is the rule's own
     * affair}
     *
     * @param index which, from 0
     */
    int weight(int index);
  }
}
