package stage.runtime.dispatch;

import java.util.Arrays;
import stage.api.DispatchRule;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** Each event goes to one of the lanes, by the numbers of a {@link DispatchRule}. */
final class DemandLanes<E> extends LaneDispatch<E> implements DispatchRule.Subscriptions {
  private static final long[] NO_DEMANDS = {};
  private static final int[] NO_SHARES = {};

  private final DispatchRule rule;
  private final boolean isDefault;   // whether one lane gets all without a question
  private final Backlog backlog = new Backlog();
  private final PendingProgress pending = new PendingProgress();
  private Progress progress;    // what the lanes were told of last; null for nothing
  private LaneTail<E>[] lanes = none();
  private int[] shares = NO_SHARES;
  // what the rule is shown: a consumer that leaves meanwhile, on its own thread, must not confuse it
  private long[] demands = NO_DEMANDS;
  private int planned;          // how many of the next events are shared out as shares says
  // all demand there was when the rule last shared nothing out; it is not asked again before that changes
  private long declined = -1;

  DemandLanes(DispatchRule rule) {
    this.rule = rule;
    this.isDefault = rule instanceof DemandDispatcher;
  }

  @SuppressWarnings("unchecked")
  static <E> LaneTail<E>[] none() {
    return (LaneTail<E>[]) new LaneTail<?>[0];
  }

  @Override
  public void lanesAre(LaneTail<E>[] lanes) {
    this.lanes = lanes;
    boolean asksRule = lanes.length > 1 || !isDefault;
    this.demands = asksRule ? new long[lanes.length] : NO_DEMANDS;
    this.shares = asksRule ? new int[lanes.length] : NO_SHARES;
    this.declined = -1;
    if (progress != null) tell(progress);   // those that are new
  }

  @Override
  public void progress(Progress progress) {
    if (backlog.isEmpty()) tell(progress);
    else pending.add(progress, backlog.size());
  }

  private void tell(Progress progress) {
    this.progress = progress;
    for (LaneTail<E> lane : lanes) lane.progress(progress);
  }

  /** So many events, the oldest, wait no longer. */
  private void passed(int events) {
    Progress due = pending.passed(events);
    if (due != null) tell(due);
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

  /**
   * {@return the demand of all lanes together, as the rule was shown it last} Between two offers it only grows, or
   * there are other lanes.
   */
  private long all() {
    long sum = 0;
    for (long demand : demands) sum = Sums.plus(sum, demand);
    return sum;
  }

  // ---- the events

  /** {@return what the lanes want, whether or not events wait for it} */
  long wanted() {
    if (lanes.length == 0) return 0;
    if (lanes.length == 1 && isDefault) return lanes[0].demand();
    for (int i = 0; i < lanes.length; i++) demands[i] = lanes[i].demand();
    return Math.max(0, rule.demand(this));
  }

  @Override
  public long demand() {
    return Math.max(0, wanted() - backlog.size());
  }

  @Override
  public void offer(Object[] events, int from, int to) {
    plan(to - from);
    carryOut(events, from, to);
  }

  @Override
  public void offer(Object event) {
    if (lanes.length == 1 && isDefault && backlog.isEmpty() && lanes[0].demand() > 0) {
      lanes[0].publish(event);
    } else {
      offer(new Object[] {event}, 0, 1);
    }
  }

  /**
   * Decides where so many new events go, and makes room for them there. All that may fail does so in here, and nothing
   * has changed then.
   */
  void plan(int count) {
    planned = backlog.isEmpty() ? planShares(count) : 0;
    backlog.makeRoom(count - planned);
  }

  /** As {@link #plan}, but all of them wait. */
  public void planToKeep(int count) {
    planned = 0;
    backlog.makeRoom(count);
  }

  /** Puts the events that were planned for where they go. */
  void carryOut(Object[] events, int from, int to) {
    publishPlanned(events, from);
    for (int i = from + planned; i < to; i++) backlog.add(events[i]);
  }

  @Override
  public void keep(Object[] events) {
    backlog.makeRoom(events.length);
    for (Object event : events) backlog.add(event);
  }

  @Override
  public boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0 && (declined < 0 || declined != all());
  }

  @Override
  public void flush() {
    int count = (int) Math.min(wanted(), backlog.size());
    if (count == 0) return;
    Object[] events = backlog.oldest(count);
    planned = planShares(count);   // may throw, so the backlog keeps the events until they are shared
    publishPlanned(events, 0);
    backlog.drop(planned);
    passed(planned);
  }

  /** Shares out as many as are wanted, and reserves places for them. Returns how many those are. */
  private int planShares(int most) {
    int count = (int) Math.min(wanted(), most);
    if (count <= 0) return 0;
    if (lanes.length == 1 && isDefault) {
      lanes[0].reserve(count);
      return count;
    }
    Arrays.fill(shares, 0);
    rule.share(count, this, shares);
    long sum = fairSum(count);
    declined = sum == 0 ? all() : -1;
    for (int i = 0; i < shares.length; i++) if (shares[i] > 0) lanes[i].reserve(shares[i]);
    return (int) sum;
  }

  /** What goes to a consumer that has just left is taken back. */
  private void publishPlanned(Object[] events, int from) {
    if (planned == 0) return;
    if (lanes.length == 1 && isDefault) {
      lanes[0].publish(events, from, from + planned);
      return;
    }
    int at = from;
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] == 0) continue;
      lanes[i].publish(events, at, at + shares[i]);
      at += shares[i];
    }
  }

  /**
   * {@return how many events were shared out} Throws if a lane was given more than it wants, or all together more
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
      throw new IllegalStateException("dispatcher " + rule + " shared out " + sum + " events, but was given " + count);
    }
    return sum;
  }

  @Override
  public long waiting() {
    return backlog.size();
  }

  @Override
  public boolean awaitsSomebody() {
    return lanes.length == 0;
  }

  @Override
  public void dropOldest() {
    backlog.drop(1);
    passed(1);
  }

  @Override
  public void makeRoomFor(LaneTail<E> leaver) {
    backlog.makeRoom((int) leaver.unsettled());
  }

  @Override
  public int takeBack(LaneTail<E> from, Object[] events) {
    backlog.makeRoom(events.length);
    for (int i = events.length - 1; i >= 0; i--) backlog.addFirst(events[i]);
    pending.isBehindMore(events.length);
    return 0;
  }

  @Override
  public boolean isSettled() {
    if (lanes.length < 2) return true;   // there is no other consumer
    boolean settled = true;
    for (LaneTail<E> lane : lanes) settled &= lane.isSettledOrTellMe();
    return settled;
  }
}
