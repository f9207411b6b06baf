package stage.api;

import java.util.List;

/** What the specs say of a stage that has one subscription. */
final class OneSubscription {
  private OneSubscription() {}

  /**
   * {@return the one subscription there is}
   *
   * @param name the stage's name
   * @param subscriptions its subscriptions
   * @param <I> the events
   * @throws IllegalStateException if there is none, or more than one
   */
  static <I> SubscriptionSpec<? extends I> of(String name, List<SubscriptionSpec<? extends I>> subscriptions) {
    if (subscriptions.size() == 1) return subscriptions.getFirst();
    throw new IllegalStateException("withDemand is for a stage with one subscription, but " + name
        + (subscriptions.isEmpty() ? " has none; name its producer first" : " has " + subscriptions.size())
        + "; or use subscribeTo(producer, demand) for each");
  }
}
