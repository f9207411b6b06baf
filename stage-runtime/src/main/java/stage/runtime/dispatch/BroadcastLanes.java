package stage.runtime.dispatch;

import java.util.Arrays;
import stage.api.EventSelector;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** Each event goes to every lane, at the pace of the slowest. */
final class BroadcastLanes<E> extends LaneDispatch<E> {
  private final Rejections rejections;
  private final Backlog backlog = new Backlog();
  private final PendingProgress pending = new PendingProgress();
  private Progress progress;  // what the lanes were told of last; null for nothing
  private LaneTail<E>[] lanes = DemandLanes.none();
  private boolean selects;    // whether any of them has a selector
  private int[] skips = {};   // how many of the waiting events were emitted before a lane was there, and are not for it

  BroadcastLanes(Rejections rejections) {
    this.rejections = rejections;
  }

  /** Lanes that stay keep their order, and new ones come after them: so one pass will do, however many there are. */
  @Override
  public void lanesAre(LaneTail<E>[] lanes) {
    LaneTail<E>[] before = this.lanes;
    int[] skipsBefore = skips;
    skips = new int[lanes.length];
    int at = 0;
    for (int i = 0; i < lanes.length; i++) {
      while (at < before.length && before[at] != lanes[i]) at++;
      // What waits while there is no consumer at all goes to the first that comes.
      if (at < before.length) skips[i] = skipsBefore[at++];
      else if (before.length > 0) skips[i] = backlog.size();
    }
    this.lanes = lanes;
    selects = false;
    for (LaneTail<E> lane : lanes) selects |= lane.spec().selector().isPresent();
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

  /** {@return how many more events, those that wait first, could be broadcast} */
  private long wanted() {
    if (lanes.length == 0) return 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < lanes.length; i++) {
      least = Math.min(least, Sums.plus(lanes[i].demand(), skips[i]));
    }
    return least;
  }

  @Override
  public long demand() {
    return Math.max(0, wanted() - backlog.size());
  }

  @Override
  public void offer(Object[] events, int from, int to) {
    int sendable = backlog.isEmpty() ? (int) Math.min(wanted(), to - from) : 0;
    backlog.makeRoom(to - from - sendable);
    int sent = broadcast(events, from, to, sendable);
    for (int i = sent; i < to; i++) backlog.add(events[i]);
  }

  @Override
  public void offer(Object event) {
    offer(new Object[] {event}, 0, 1);
  }

  @Override
  public void keep(Object[] events) {
    backlog.makeRoom(events.length);
    for (Object event : events) backlog.add(event);
  }

  @Override
  public boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0;
  }

  @Override
  public void flush() {
    int count = (int) Math.min(wanted(), backlog.size());
    if (count == 0) return;
    Object[] events = backlog.oldest(count);
    int sent = broadcast(events, 0, count, count);
    backlog.drop(sent);
    passed(sent);
  }

  /**
   * Publishes so many as everybody wants; what a selector turns down costs no demand, so there may be further rounds.
   * Returns the index of the first that waits. Throws without having published any.
   */
  private int broadcast(Object[] events, int from, int to, int sendable) {
    int at = from;
    int count = sendable;
    while (count > 0) {
      try {
        broadcastOnce(events, at, count);
      } catch (OutOfMemoryError full) {
        if (at == from) throw full;
        break;   // the first of them are published, so the others wait
      }
      at += count;
      count = (int) Math.min(wanted(), to - at);
    }
    return at;
  }

  /** Publishes so many events to all lanes, or, if it throws, to none. */
  private void broadcastOnce(Object[] events, int from, int count) {
    Chosen[] chosen = selects ? new Chosen[lanes.length] : null;
    for (int i = 0; i < lanes.length; i++) {
      int skipped = Math.min(skips[i], count);
      if (selects && lanes[i].spec().selector().isPresent())
        chosen[i] = choose(lanes[i].spec().selector().get(), events, from + skipped, from + count);
      int more = selects && chosen[i] != null ? chosen[i].count() : count - skipped;
      if (more > 0) lanes[i].reserve(more);
    }
    for (int i = 0; i < lanes.length; i++) {
      int skipped = Math.min(skips[i], count);
      skips[i] -= skipped;
      if (selects && chosen[i] != null) publish(lanes[i], chosen[i].events(), 0, chosen[i].count());
      else publish(lanes[i], events, from + skipped, from + count);
    }
  }

  private void publish(LaneTail<E> lane, Object[] events, int from, int to) {
    if (to > from) lane.publish(events, from, to);
  }

  /** The events that a selector takes: the first of an array, which is not much longer. */
  private record Chosen(Object[] events, int count) {}

  private Chosen choose(EventSelector<? super E> selector, Object[] events, int from, int to) {
    Object[] chosen = new Object[to - from];
    int count = 0;
    for (int i = from; i < to; i++) if (isChosen(selector, events[i])) chosen[count++] = events[i];
    return new Chosen(2 * count < chosen.length ? Arrays.copyOf(chosen, count) : chosen, count);
  }

  @SuppressWarnings("unchecked")
  private boolean isChosen(EventSelector<? super E> selector, Object event) {
    try {
      return selector.test((E) event);
    } catch (Throwable cause) {
      rejections.reject(event, cause);
      return false;
    }
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
    for (int i = 0; i < skips.length; i++) skips[i] = Math.max(0, skips[i] - 1);
  }

  @Override
  public int takeBack(LaneTail<E> from, Object[] events) {
    return events.length;   // the others have had them
  }

  @Override
  public boolean isSettled() {
    return true;
  }
}
