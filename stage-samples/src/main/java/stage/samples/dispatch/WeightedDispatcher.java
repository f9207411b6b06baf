package stage.samples.dispatch;

import stage.api.DispatchRule;

/**
 * Shares events by the weights of the subscriptions: one of weight 3 gets three events where one of weight 1 gets one,
 * as long as both have demand. A consumer without demand is passed over, so a slow consumer delays nobody.
 *
 * <p>Smooth weighted round-robin: for each event every subscription that could take it advances by its weight, the one
 * in front gets the event and falls back by the sum of the weights. So the shares are right over time, also where
 * events come one by one. An instance has a memory and belongs to one producer.
 */
public final class WeightedDispatcher implements DispatchRule {
  private long[] positions = {};

  /** Begins with nobody in front. */
  public WeightedDispatcher() {}

  @Override
  public void share(int events, Subscriptions subscriptions, int[] shares) {
    // a consumer came or went: begin again
    if (positions.length != subscriptions.count()) positions = new long[subscriptions.count()];
    for (int left = events; left > 0; left--) {
      int next = advance(subscriptions, shares);
      if (next < 0) return;
      shares[next]++;
    }
  }

  /** {@return which consumer gets the next event; -1 if none wants it} */
  private int advance(Subscriptions subscriptions, int[] shares) {
    long sum = 0;
    int front = -1;
    for (int i = 0; i < shares.length; i++) {
      if (subscriptions.demand(i) <= shares[i]) continue;
      positions[i] += subscriptions.weight(i);
      sum += subscriptions.weight(i);
      if (front < 0 || positions[i] > positions[front]) front = i;
    }
    if (front >= 0) positions[front] -= sum;
    return front;
  }

  @Override
  public String toString() {
    return "WeightedDispatcher";
  }
}
