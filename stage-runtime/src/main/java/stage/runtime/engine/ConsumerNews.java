package stage.runtime.engine;

import java.util.ArrayDeque;
import stage.api.Subscription;
import stage.api.SubscriptionSnapshot;
import stage.runtime.lane.Lane;
import stage.runtime.time.Activity;

/**
 * Which consumers came and went since a behaviour that wants to know was told last. For one incarnation; the cell's
 * thread only.
 */
final class ConsumerNews {
  /** A consumer that came, or one that left. */
  record Item(Lane<?> lane, boolean isComing) {
    Activity callback() {
      return isComing ? Activity.ON_CONSUMER_SUBSCRIBED : Activity.ON_CONSUMER_LEFT;
    }
  }

  /** A subscription in its producer's hands. */
  private record Given(Lane<?> lane) implements Subscription {
    @Override
    public long id() {
      return lane.id();
    }

    @Override
    public void cancel() {
      lane.consumer().askToCancel(lane);
    }

    @Override
    public SubscriptionSnapshot snapshot() {
      return lane.snapshot();
    }
  }

  private final ArrayDeque<Item> untold = new ArrayDeque<>();

  /** The producer counts it in. */
  void came(Lane<?> lane) {
    untold.add(new Item(lane, true));
  }

  /** What it had not settled has been taken back. */
  void left(Lane<?> lane) {
    untold.add(new Item(lane, false));
  }

  boolean isEmpty() {
    return untold.isEmpty();
  }

  Item first() {
    return untold.element();
  }

  void told() {
    untold.remove();
  }

  static Subscription given(Lane<?> lane) {
    return new Given(lane);
  }
}
