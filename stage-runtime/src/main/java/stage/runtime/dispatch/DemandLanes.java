package stage.runtime.dispatch;

import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** Each event goes to one of the lanes, as a {@link Sharing} says; what nobody wants yet waits. */
final class DemandLanes<E> extends LaneDispatch<E> {
  private final Sharing<E> sharing;
  private final Backlog backlog = new Backlog();
  private final PendingProgress pending = new PendingProgress();
  private Progress progress;   // what the lanes were told of last; null for nothing
  private int planned;         // how many of the next events are shared out as planned

  DemandLanes(Sharing<E> sharing) {
    this.sharing = sharing;
  }

  @Override
  public void join(LaneTail<E> lane) {
    sharing.join(lane);
    if (progress != null) lane.progress(progress);
  }

  @Override
  public void leave(LaneTail<E> lane) {
    sharing.leave(lane);
  }

  @Override
  public void heard(LaneTail<E> lane) {
    sharing.heard(lane);
  }

  int count() {
    return sharing.size();
  }

  @Override
  public void progress(Progress progress) {
    if (backlog.isEmpty()) tell(progress);
    else pending.add(progress, backlog.size());
  }

  private void tell(Progress progress) {
    this.progress = progress;
    sharing.tell(progress);
  }

  /** So many events, the oldest, wait no longer. */
  private void passed(int events) {
    Progress due = pending.passed(events);
    if (due != null) tell(due);
  }

  // ---- the events

  /** {@return what the lanes want, whether or not events wait for it} */
  long wanted() {
    return sharing.wanted();
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
    LaneTail<E> sole = sharing.sole();
    if (sole != null && backlog.isEmpty() && sole.demand() > 0) sole.publish(event);
    else offer(new Object[] {event}, 0, 1);
  }

  /**
   * Decides where so many new events go, and makes room for them there. All that may fail does so in here, and nothing
   * has changed then.
   */
  void plan(int count) {
    planned = backlog.isEmpty() ? sharing.plan(count) : 0;
    try {
      backlog.makeRoom(count - planned);
    } catch (Throwable full) {
      sharing.forgetPlan();
      throw full;
    }
  }

  /** As {@link #plan}, but all of them are to wait. */
  void planToKeep(int count) {
    planned = 0;
    backlog.makeRoom(count);
  }

  /** Puts the events that were planned for where they go. */
  void carryOut(Object[] events, int from, int to) {
    if (planned > 0) sharing.publish(events, from);
    for (int i = from + planned; i < to; i++) backlog.add(events[i]);
  }

  @Override
  public void keep(Object[] events) {
    backlog.makeRoom(events.length);
    for (Object event : events) backlog.add(event);
  }

  @Override
  public boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0 && sharing.mayShare();
  }

  @Override
  public void flush() {
    int count = (int) Math.min(wanted(), backlog.size());
    if (count == 0) return;
    Object[] events = backlog.oldest(count);
    int shared = sharing.plan(count);   // may throw, so the backlog keeps the events until they are shared
    if (shared > 0) sharing.publish(events, 0);
    backlog.drop(shared);
    passed(shared);
  }

  @Override
  public long waiting() {
    return backlog.size();
  }

  @Override
  public boolean awaitsSomebody() {
    return sharing.size() == 0;
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
    return sharing.isSettled();
  }
}
