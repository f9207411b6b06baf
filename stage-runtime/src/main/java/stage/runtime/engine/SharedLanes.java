package stage.runtime.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import stage.api.Dispatcher;
import stage.runtime.dispatch.DemandDispatcher;

/** Each event goes to one of the lanes, by the numbers of a {@link Dispatcher}. */
final class SharedLanes<E> extends Sharing<E> implements Dispatcher.Subscriptions {
  private static final long[] NO_DEMANDS = {};
  private static final int[] NO_SHARES = {};

  private final Dispatcher rule;
  private final boolean isDefault;   // whether one lane gets all without a question
  private final ArrayDeque<Object> backlog = new ArrayDeque<>(0);
  private LaneTail<E>[] lanes = none();
  private int[] shares = NO_SHARES;
  private long[] demands = NO_DEMANDS;  // what the rule is shown: a consumer that leaves meanwhile, on its own thread, must not confuse it
  private long declined = -1;   // all demand there was when the rule last shared nothing out; it is not asked again before that changes

  SharedLanes(Dispatcher rule) {
    this.rule = rule;
    this.isDefault = rule instanceof DemandDispatcher;
  }

  @SuppressWarnings("unchecked")
  static <E> LaneTail<E>[] none() {
    return (LaneTail<E>[]) new LaneTail<?>[0];
  }

  @Override
  void lanesAre(LaneTail<E>[] lanes) {
    this.lanes = lanes;
    boolean asksRule = lanes.length > 1 || !isDefault;
    this.demands = asksRule ? new long[lanes.length] : NO_DEMANDS;
    this.shares = asksRule ? new int[lanes.length] : NO_SHARES;
    this.declined = -1;
  }

  // ---- the lanes as the rule sees them

  @Override
  public int count() {
    return lanes.length;
  }

  @Override
  public long demand(int index) {
    return demands[index];
  }

  @Override
  public int weight(int index) {
    return lanes[index].spec().weight();
  }

  /** {@return the demand of all lanes together, as the rule was shown it last} Between two offers it only grows, or there are other lanes. */
  private long all() {
    long sum = 0;
    for (long demand : demands) sum += demand;
    return sum & Long.MAX_VALUE;
  }

  // ---- the events

  /** {@return what the lanes want, whether or not events wait for it} */
  long wanted() {
    if (lanes.length == 0) return 0;
    if (lanes.length == 1 && isDefault) return lanes[0].demand();
    for (int i = 0; i < lanes.length; i++) demands[i] = lanes[i].demand();
    return rule.demand(this);
  }

  @Override
  long demand() {
    return Math.max(0, wanted() - backlog.size());
  }

  @Override
  void offer(Object[] events, int from, int to) {
    int shared = backlog.isEmpty() ? share(events, from, to) : from;
    for (int i = shared; i < to; i++) backlog.add(events[i]);
  }

  @Override
  void offer(Object event) {
    if (lanes.length == 1 && isDefault && backlog.isEmpty() && lanes[0].demand() > 0) {
      lanes[0].publish(event);
    } else {
      offer(new Object[] {event}, 0, 1);
    }
  }

  @Override
  boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0 && (declined < 0 || declined != all());
  }

  @Override
  void flush() {
    int count = (int) Math.min(wanted(), backlog.size());
    if (count == 0) return;
    Object[] events = new Object[count];
    Iterator<Object> oldest = backlog.iterator();
    for (int i = 0; i < count; i++) events[i] = oldest.next();
    int shared = share(events, 0, count);   // may throw, so the backlog keeps the events until they are shared
    for (int i = 0; i < shared; i++) backlog.poll();
  }

  /** Publishes as many as are wanted; what goes to a consumer that has just left is taken back. Answers the index of the first that is not. */
  private int share(Object[] events, int from, int to) {
    int count = (int) Math.min(wanted(), to - from);
    if (count <= 0) return from;
    if (lanes.length == 1 && isDefault) {
      lanes[0].publish(events, from, from + count);
      return from + count;
    }
    Arrays.fill(shares, 0);
    rule.share(count, this, shares);
    declined = fairSum(count) == 0 ? all() : -1;
    int at = from;
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] == 0) continue;
      lanes[i].publish(events, at, at + shares[i]);
      at += shares[i];
    }
    return at;
  }

  /** {@return how many events were shared out} Throws if somebody was given more than it wants, or all together more than there are. */
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
      throw new IllegalStateException("dispatcher " + rule + " shared out " + sum + " events, but was given " + count);
    }
    return sum;
  }

  @Override
  long waiting() {
    return backlog.size();
  }

  @Override
  void dropOldest() {
    backlog.poll();
  }

  @Override
  int takeBack(LaneTail<E> from, Object[] events) {
    for (int i = events.length - 1; i >= 0; i--) backlog.addFirst(events[i]);
    return 0;
  }

  @Override
  boolean isSettled() {
    if (lanes.length < 2) return true;   // there is nobody else
    boolean settled = true;
    for (LaneTail<E> lane : lanes) settled &= lane.isSettledOrTellMe();
    return settled;
  }
}
