package stage.runtime.dispatch;

import java.util.Arrays;
import stage.api.DispatchRule;
import stage.runtime.lane.LaneTail;

/** As a user's {@link DispatchRule} says, which looks at all lanes each time: it is given numbers for all. */
final class RuledSharing<E> extends Sharing<E> implements DispatchRule.Subscriptions {
  private final DispatchRule rule;
  private int[] shares = {};
  // what the rule is shown: a consumer that leaves meanwhile, on its own thread, must not confuse it
  private long[] demands = {};
  private int planned;   // how many of the next events are shared out as shares says
  // all demand there was when the rule last shared nothing out; it is not asked again before that changes
  private long declined = -1;

  RuledSharing(DispatchRule rule) {
    this.rule = rule;
  }

  @Override
  LaneTail<E> sole() {
    return null;
  }

  @Override
  void join(LaneTail<E> lane) {
    lanes().add(lane);
    declined = -1;
  }

  @Override
  void leave(LaneTail<E> lane) {
    int at = lanes().indexOf(lane);
    if (at < 0) return;
    lanes().remove(at);   // the others keep their order, which the rule may go by
    planned = 0;
    declined = -1;
  }

  // ---- the lanes as the rule sees them

  @Override
  public int count() {
    return size();
  }

  @Override
  public long demand(int index) {
    return demands[index];
  }

  @Override
  public int weight(int index) {
    return lane(index).spec().weight();
  }

  /**
   * {@return the demand of all lanes together, as the rule was shown it last} Between two offers it only grows, or
   * there are other lanes.
   */
  private long all() {
    long sum = 0;
    for (long demand : demands) sum = Sums.plus(sum, demand);
    return sum;
  }

  // ---- sharing

  @Override
  long wanted() {
    if (size() == 0) return 0;
    if (demands.length != size()) {   // not with each that joins, where many do at once
      demands = new long[size()];
      shares = new int[size()];
    }
    for (int i = 0; i < demands.length; i++) demands[i] = lane(i).demand();
    long wanted = rule.demand(this);
    if (wanted < 0) {
      throw new IllegalStateException("dispatcher " + rule + " wants " + wanted
          + " events; its demand must be at least 0, and Long.MAX_VALUE where a sum would be more");
    }
    return wanted;
  }

  @Override
  boolean mayShare() {
    return declined < 0 || declined != all();
  }

  @Override
  int plan(int most) {
    planned = 0;
    int count = (int) Math.min(wanted(), most);
    if (count <= 0) return 0;
    Arrays.fill(shares, 0);
    rule.share(count, this, shares);
    long sum = fairSum(count);
    declined = sum == 0 ? all() : -1;
    for (int i = 0; i < shares.length; i++) if (shares[i] > 0) lane(i).reserve(shares[i]);
    planned = (int) sum;
    return planned;
  }

  @Override
  void publish(Object[] events, int from) {
    if (planned == 0) return;
    int at = from;
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] == 0) continue;
      lane(i).publish(events, at, at + shares[i]);
      at += shares[i];
    }
    planned = 0;
  }

  /**
   * {@return how many events were shared out} Throws if somebody was given more than it wants, or all together more
   * than there are.
   */
  private long fairSum(int count) {
    long sum = 0;
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] < 0 || shares[i] > demands[i]) {
        throw new IllegalStateException("dispatcher " + rule + " gave " + shares[i] + " events to subscription " + i
            + ", which wants " + demands[i] + "; a share must be from 0 to the subscription's demand");
      }
      sum += shares[i];
    }
    if (sum > count) {
      throw new IllegalStateException(
          "dispatcher " + rule + " shared out " + sum + " events, but was given " + count);
    }
    return sum;
  }

  @Override
  boolean areAllSettled() {
    boolean all = true;
    for (LaneTail<E> lane : lanes()) all &= lane.isSettledOrTellMe();
    return all;
  }
}
