package stage.runtime.dispatch;

import stage.api.DispatchRule;

/**
 * The default rule: even shares among those with demand, those with most demand first where there are not enough events
 * for all.
 */
final class EvenRule implements DispatchRule {
  /** Has no state but its caller's. */
  EvenRule() {}

  @Override
  public void share(int events, Subscriptions subscriptions, int[] shares) {
    int left = events;
    while (left > 0) {
      int ready = 0;
      for (int i = 0; i < shares.length; i++) if (subscriptions.demand(i) > shares[i]) ready++;
      if (ready == 0) return;
      left =
          left < ready ? oneEachToTheNeediest(left, subscriptions, shares) : evenly(left, ready, subscriptions, shares);
    }
  }

  /**
   * Gives each that can take more about {@code left / ready}; at least one of them is filled up, or nothing is left.
   */
  private static int evenly(int left, int ready, Subscriptions subscriptions, int[] shares) {
    for (int i = 0; i < shares.length && ready > 0; i++) {
      long room = subscriptions.demand(i) - shares[i];
      if (room <= 0) continue;
      int share = (int) Math.min(room, (left - 1) / ready + 1);   // rounded up; left + ready may be too much for an int
      shares[i] += share;
      left -= share;
      ready--;
    }
    return left;
  }

  /** There are more takers than events: those with most room get one each. */
  private static int oneEachToTheNeediest(int left, Subscriptions subscriptions, int[] shares) {
    boolean[] served = new boolean[shares.length];
    for (int n = 0; n < left; n++) {
      int neediest = -1;
      long mostRoom = 0;
      for (int i = 0; i < shares.length; i++) {
        long room = subscriptions.demand(i) - shares[i];
        if (!served[i] && room > mostRoom) {
          neediest = i;
          mostRoom = room;
        }
      }
      served[neediest] = true;
      shares[neediest]++;
    }
    return 0;
  }

  @Override
  public String toString() {
    return "even shares";
  }
}
