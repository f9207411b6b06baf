package stage.runtime.dispatch;

import java.util.Arrays;
import stage.api.Dispatcher;

/** The default rule: even shares among those with demand, those with most demand first where there are not enough events for all. */
public final class DemandDispatcher implements Dispatcher {
  /** Has no state but its caller's. */
  public DemandDispatcher() {}

  @Override
  public void share(int events, Subscriptions subscriptions, int[] shares) {
    int left = events;
    while (left > 0) {
      int ready = 0;
      for (int i = 0; i < shares.length; i++) if (subscriptions.demand(i) > shares[i]) ready++;
      if (ready == 0) return;
      left = left < ready ? oneEachToTheNeediest(left, subscriptions, shares) : evenly(left, ready, subscriptions, shares);
    }
  }

  /** Gives each that can take more about {@code left / ready}; at least one of them is filled up, or nothing is left. */
  private static int evenly(int left, int ready, Subscriptions subscriptions, int[] shares) {
    for (int i = 0; i < shares.length && ready > 0; i++) {
      long room = subscriptions.demand(i) - shares[i];
      if (room <= 0) continue;
      int share = (int) Math.min(room, (left + ready - 1) / ready);
      shares[i] += share;
      left -= share;
      ready--;
    }
    return left;
  }

  private static int oneEachToTheNeediest(int left, Subscriptions subscriptions, int[] shares) {
    Integer[] order = new Integer[shares.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compare(subscriptions.demand(b) - shares[b], subscriptions.demand(a) - shares[a]));
    for (int i = 0; left > 0; i++, left--) shares[order[i]]++;
    return 0;
  }

  @Override
  public String toString() {
    return "Dispatch.demand()";
  }
}
