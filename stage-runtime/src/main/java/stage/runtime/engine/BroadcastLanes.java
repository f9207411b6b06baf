package stage.runtime.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import stage.api.Selector;

/** Each event goes to every lane, at the pace of the slowest. */
final class BroadcastLanes<E> extends Sharing<E> {
  private final ProducerHalf<E> half;
  private final ArrayDeque<Object> backlog = new ArrayDeque<>(0);
  private LaneTail<E>[] lanes = SharedLanes.none();
  private int[] skips = {};   // how many of the waiting events were emitted before a lane was there, and are not for it

  BroadcastLanes(ProducerHalf<E> half) {
    this.half = half;
  }

  /** Lanes that stay keep their order, and new ones come after them: so one pass will do, however many there are. */
  @Override
  void lanesAre(LaneTail<E>[] lanes) {
    LaneTail<E>[] before = this.lanes;
    int[] skipsBefore = skips;
    skips = new int[lanes.length];
    int at = 0;
    for (int i = 0; i < lanes.length; i++) {
      while (at < before.length && before[at] != lanes[i]) at++;
      // What waits while there is nobody at all is for whoever comes first.
      if (at < before.length) skips[i] = skipsBefore[at++];
      else if (before.length > 0) skips[i] = backlog.size();
    }
    this.lanes = lanes;
  }

  /** {@return how many more events, those that wait first, could be broadcast} */
  private long wanted() {
    if (lanes.length == 0) return 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < lanes.length; i++) {
      long demand = lanes[i].demand();
      least = Math.min(least, demand > Long.MAX_VALUE - skips[i] ? Long.MAX_VALUE : demand + skips[i]);
    }
    return least;
  }

  @Override
  long demand() {
    return Math.max(0, wanted() - backlog.size());
  }

  @Override
  void offer(Object[] events, int from, int to) {
    int sent = backlog.isEmpty() ? broadcast(events, from, to) : from;
    for (int i = sent; i < to; i++) backlog.add(events[i]);
  }

  @Override
  void offer(Object event) {
    offer(new Object[] {event}, 0, 1);
  }

  @Override
  boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0;
  }

  @Override
  void flush() {
    int count = (int) Math.min(wanted(), backlog.size());
    if (count == 0) return;
    Object[] events = new Object[count];
    Iterator<Object> oldest = backlog.iterator();
    for (int i = 0; i < count; i++) events[i] = oldest.next();
    int sent = broadcast(events, 0, count);   // fewer if a consumer left meanwhile
    for (int i = 0; i < sent; i++) backlog.poll();
  }

  /** Publishes what everybody wants; what a selector turns down costs no demand, so there may be several rounds. */
  private int broadcast(Object[] events, int from, int to) {
    int at = from;
    while (at < to) {
      int count = (int) Math.min(wanted(), to - at);
      if (count <= 0) break;
      for (int i = 0; i < lanes.length; i++) {
        int skipped = Math.min(skips[i], count);
        skips[i] -= skipped;
        if (skipped < count) publish(lanes[i], events, at + skipped, at + count);
      }
      at += count;
    }
    return at;
  }

  private void publish(LaneTail<E> lane, Object[] events, int from, int to) {
    if (lane.spec().selector().isEmpty()) {
      lane.publish(events, from, to);
      return;
    }
    Selector<? super E> selector = lane.spec().selector().get();
    Object[] chosen = new Object[to - from];
    int count = 0;
    for (int i = from; i < to; i++) if (isChosen(selector, events[i])) chosen[count++] = events[i];
    if (count > 0) lane.publish(2 * count < chosen.length ? Arrays.copyOf(chosen, count) : chosen, 0, count);
  }

  @SuppressWarnings("unchecked")
  private boolean isChosen(Selector<? super E> selector, Object event) {
    try {
      return selector.test((E) event);
    } catch (Throwable cause) {
      half.deadLetter(event, cause);
      return false;
    }
  }

  @Override
  long waiting() {
    return backlog.size();
  }

  @Override
  void dropOldest() {
    backlog.poll();
    for (int i = 0; i < skips.length; i++) skips[i] = Math.max(0, skips[i] - 1);
  }

  @Override
  int takeBack(LaneTail<E> from, Object[] events) {
    return events.length;   // the others have had them
  }

  @Override
  boolean isSettled() {
    return true;
  }
}
