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
    throw new IllegalStateException("withDemand says how much a stage asks its one producer for, but stage " + name
        + (subscriptions.isEmpty()
            ? " names no producer yet; name it before, or use subscribeTo(producer, demand). In a pipeline, withDemand"
                + " of the job says it for all of its stages"
            : " has " + subscriptions.size() + " producers; use subscribeTo(producer, demand) for each"));
  }
}
