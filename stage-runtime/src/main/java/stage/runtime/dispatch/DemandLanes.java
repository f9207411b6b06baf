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
  public boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0 && sharing.mayShare();
  }

  @Override
  int publish(Object[] oldest) {
    int shared = sharing.plan(oldest.length);
    if (shared > 0) sharing.publish(oldest, 0);
    return shared;
  }

  @Override
  public boolean awaitsSomebody() {
    return sharing.size() == 0;
  }

  @Override
  public void makeRoomFor(LaneTail<E> leaver) {
    backlog.makeRoom((int) leaver.unsettled());
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
