package stage.runtime.dispatch;

import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** A dispatch with one backlog for all of its lanes: what nobody wants yet waits there, and progress behind it. */
abstract class CommonBacklog<E> extends LaneDispatch<E> {
  final Backlog backlog = new Backlog();
  private PendingProgress pending;   // null until there was some
  private Progress progress;   // what the lanes were told of last; null for nothing

  /** {@return how many more events, those that wait first, could be published} */
  abstract long wanted();

  /** Tells all lanes of progress. */
  abstract void tellLanes(Progress progress);

  /** A lane that has joined is told what the others have been told. */
  final void tellNewcomer(LaneTail<E> lane) {
    if (progress != null) lane.progress(progress);
  }

  @Override
  public final void progress(Progress progress) {
    if (backlog.isEmpty()) tell(progress);
    else pending().add(progress, backlog.size());
  }

  private PendingProgress pending() {
    if (pending == null) pending = new PendingProgress();
    return pending;
  }

  private void tell(Progress progress) {
    this.progress = progress;
    tellLanes(progress);
  }

  /** Removes this many of the oldest events, which no longer wait. */
  final void dropFromBacklog(int events) {
    backlog.drop(events);
    passed(events);
  }

  /** Removes this many of the oldest events, which were given to lanes together with their array. */
  final void handOverFromBacklog(int events) {
    backlog.handOver(events);
    passed(events);
  }

  private void passed(int events) {
    Progress due = pending == null ? null : pending.passed(events);
    if (due != null) tell(due);
  }

  /** Puts events that a consumer gave back before all that wait. */
  final void putFirst(Object[] events) {
    backlog.makeRoomBefore(events.length);
    for (int i = events.length - 1; i >= 0; i--) backlog.addFirst(events[i]);
    if (pending != null) pending.isBehindMore(events.length);
  }

  @Override
  public final long demand() {
    return Math.max(0, wanted() - backlog.size());
  }

  @Override
  public final void keep(Object[] events) {
    backlog.makeRoom(events.length);
    for (Object event : events) backlog.add(event);
  }

  @Override
  public final void flush() {
    int count = (int) Math.min(wanted(), backlog.size());
    if (count > 0) publishOldest(count);   // may throw, so the backlog keeps the events until then
  }

  /** Publishes the first of this many events and removes them, those that wait longest first. If it throws, none. */
  abstract void publishOldest(int count);

  @Override
  public final long waiting() {
    return backlog.size();
  }

  @Override
  public void dropOldest() {
    dropFromBacklog(1);
  }
}
