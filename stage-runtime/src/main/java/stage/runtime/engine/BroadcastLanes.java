package stage.runtime.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import stage.api.Selector;

/** Each event goes to every lane, at the pace of the slowest. */
final class BroadcastLanes<E> extends Sharing<E> {
  private final ProducerHalf<E> half;
  private final ArrayDeque<Object> backlog = new ArrayDeque<>(0);
  private LaneTail<E>[] lanes = SharedLanes.none();

  BroadcastLanes(ProducerHalf<E> half) {
    this.half = half;
  }

  @Override
  void lanesAre(LaneTail<E>[] lanes) {
    this.lanes = lanes;
  }

  private long wanted() {
    if (lanes.length == 0) return 0;
    long least = Long.MAX_VALUE;
    for (LaneTail<E> lane : lanes) least = Math.min(least, lane.demand());
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
    for (int i = 0; i < count; i++) events[i] = backlog.poll();
    broadcast(events, 0, count);
  }

  /** Publishes what everybody wants; what a selector turns down costs no demand, so there may be several rounds. */
  private int broadcast(Object[] events, int from, int to) {
    int at = from;
    while (at < to) {
      int count = (int) Math.min(wanted(), to - at);
      if (count <= 0) break;
      for (LaneTail<E> lane : lanes) publish(lane, events, at, at + count);
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
