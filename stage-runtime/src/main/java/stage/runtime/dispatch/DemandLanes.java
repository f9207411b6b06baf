package stage.runtime.dispatch;

import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** Each event goes to one of the lanes, as a {@link Sharing} says; what nobody wants yet waits. */
final class DemandLanes<E> extends CommonBacklog<E> {
  private final Sharing<E> sharing;
  private int planned;   // how many of the next events are shared out as planned

  DemandLanes(Sharing<E> sharing) {
    this.sharing = sharing;
  }

  @Override
  public void join(LaneTail<E> lane) {
    sharing.join(lane);
    tellNewcomer(lane);
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
  void tellLanes(Progress progress) {
    sharing.tell(progress);
  }

  // ---- the events

  @Override
  long wanted() {
    return sharing.wanted();
  }

  @Override
  public void offer(Object[] events, int from, int to) {
    LaneTail<E> sole = sharing.sole();
    // nearly always, and there is nothing to plan
    if (sole != null && backlog.isEmpty() && sole.demand() >= to - from) {
      sole.publish(events, from, to);
      return;
    }
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
   * Decides where this many new events go, and makes room for them there. All that may fail does so in here, and
   * nothing has changed then.
   */
  private void plan(int count) {
    planned = backlog.isEmpty() ? sharing.plan(count) : 0;
    try {
      backlog.makeRoom(count - planned);
    } catch (Throwable full) {
      sharing.forgetPlan();
      throw full;
    }
  }

  /** Puts the events that were planned for where they go. */
  private void carryOut(Object[] events, int from, int to) {
    if (planned > 0) sharing.publish(events, from);
    for (int i = from + planned; i < to; i++) backlog.add(events[i]);
  }

  /** {@return where to offer events to this partition, which then decides about them} */
  Backlog backlog() {
    return backlog;
  }

  /** Decides where the offered events go. All that may fail does so in here, and nothing has changed then. */
  void planOffered() {
    planned = backlog.isEmpty() ? sharing.plan(backlog.offered()) : 0;
    if (planned > 0) makeReadyToHandOver(planned);
  }

  /** Puts the offered events where they go. */
  void carryOutOffered() {
    if (planned > 0) sharing.publish(backlog.events(), backlog.first());
    keepOffered();
    if (planned > 0) backlog.handOver(planned);
  }

  /** All offered events wait. */
  void keepOffered() {
    backlog.accept();
  }

  @Override
  public boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0 && sharing.mayShare();
  }

  @Override
  void publishOldest(int count) {
    int shared = sharing.plan(count);
    if (shared == 0) return;
    makeReadyToHandOver(shared);
    sharing.publish(backlog.events(), backlog.first());
    handOverFromBacklog(shared);
  }

  private void makeReadyToHandOver(int count) {
    try {
      backlog.makeReadyToHandOver(count);
    } catch (Throwable full) {
      sharing.forgetPlan();
      throw full;
    }
  }

  @Override
  public boolean awaitsSomebody() {
    return sharing.size() == 0;
  }

  @Override
  public void makeRoomFor(LaneTail<E> leaver) {
    backlog.makeRoomBefore((int) leaver.unsettled());
  }

  @Override
  public int takeBack(LaneTail<E> from, Object[] events) {
    putFirst(events);
    return 0;
  }

  @Override
  public boolean isSettled() {
    return sharing.isSettled();
  }
}
