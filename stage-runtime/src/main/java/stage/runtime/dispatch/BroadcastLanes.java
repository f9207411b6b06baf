package stage.runtime.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import stage.api.EventSelector;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/**
 * Each event goes to every lane, at the pace of the slowest. Lanes tell when they want more, and are ranked by it: so
 * the demand is known without a look at all of them.
 */
final class BroadcastLanes<E> extends CommonBacklog<E> {
  /** A lane and what it can be given. */
  private static final class Seat<E> extends Ranking.Entry {
    private final LaneTail<E> lane;
    private final EventSelector<? super E> selector;   // null for none
    private int at;     // its place among all
    private int skip;   // how many of the waiting events were emitted before the lane was there, and are not for it
    private Object[] chosen;   // what the selector takes of the events that are being broadcast, the first of an array
    private int chosenCount;

    Seat(LaneTail<E> lane, long number, int at, int skip) {
      super(number);
      this.lane = lane;
      this.selector = lane.spec().selector().orElse(null);
      this.at = at;
      this.skip = skip;
    }

    long wanted() {
      return Sums.plus(lane.demand(), skip);
    }
  }

  private final Rejections rejections;
  private final List<Seat<E>> seats = new ArrayList<>();
  private final Ranking<Seat<E>> slowest = new Ranking<>();   // all of them, by what they can be given
  private int skipping;       // how many of them skip some of what waits
  private boolean wasAlone = true;   // whether there was nobody before those that join now
  private long joined;

  BroadcastLanes(Rejections rejections) {
    this.rejections = rejections;
  }

  @Override
  public void othersJoin() {
    wasAlone = seats.isEmpty();
  }

  /** What waits while there is nobody at all is for those who come first. */
  @Override
  public void join(LaneTail<E> lane) {
    slowest.makeRoomFor(seats.size() + 1);
    var seat = new Seat<>(lane, joined++, seats.size(), wasAlone ? 0 : backlog.size());
    seats.add(seat);
    if (seat.skip > 0) skipping++;
    lane.seat(seat);
    lane.tellOfDemand();
    slowest.rank(seat, seat.wanted());
    tellNewcomer(lane);
  }

  @Override
  public void leave(LaneTail<E> lane) {
    Seat<E> seat = seatOf(lane);
    if (seat == null) return;
    lane.seat(null);
    slowest.remove(seat);
    if (seat.skip > 0) skipping--;
    Seat<E> last = seats.removeLast();
    if (last == seat) return;
    seats.set(seat.at, last);
    last.at = seat.at;
  }

  @Override
  public void heard(LaneTail<E> lane) {
    Seat<E> seat = seatOf(lane);
    if (seat != null) slowest.rank(seat, seat.wanted());
  }

  @SuppressWarnings("unchecked")   // nobody else gives it one
  private Seat<E> seatOf(LaneTail<E> lane) {
    return (Seat<E>) lane.seat();
  }

  // Once events are published, nothing may take memory: a turn that failed then would publish them again. So the seats
  // are counted through: an iterator takes memory until it is compiled away.

  @Override
  void tellLanes(Progress progress) {
    for (int i = 0; i < seats.size(); i++) seats.get(i).lane.progress(progress);
  }

  @Override
  long wanted() {
    if (seats.isEmpty()) return 0;
    return slowest.first().key();
  }

  /** All of them can be given something else than before. */
  private void rankAll() {
    for (int i = 0; i < seats.size(); i++) {
      Seat<E> seat = seats.get(i);
      slowest.key(seat, seat.wanted());
    }
    slowest.reorder();
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
  public boolean canFlush() {
    return !backlog.isEmpty() && wanted() > 0;
  }

  @Override
  void publishOldest(int count) {
    dropFromBacklog(broadcast(backlog.oldest(count), 0, count, count));
  }

  /**
   * Publishes as many as all lanes want. What a selector turns down costs no demand, so there may be further rounds.
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

  /** Publishes this many events to all lanes or, if it throws, to none. */
  private void broadcastOnce(Object[] events, int from, int count) {
    for (Seat<E> seat : seats) reserve(seat, events, from, count);
    for (int i = 0; i < seats.size(); i++) publish(seats.get(i), events, from, count);
    rankAll();
  }

  private void reserve(Seat<E> seat, Object[] events, int from, int count) {
    int skipped = Math.min(seat.skip, count);
    if (seat.selector != null) choose(seat, events, from + skipped, from + count);
    int more = seat.selector != null ? seat.chosenCount : count - skipped;
    if (more > 0) seat.lane.reserve(more);
  }

  private void publish(Seat<E> seat, Object[] events, int from, int count) {
    int skipped = Math.min(seat.skip, count);
    skip(seat, skipped);
    if (seat.selector == null) publish(seat.lane, events, from + skipped, from + count);
    else publish(seat.lane, seat.chosen, 0, seat.chosenCount);
    seat.chosen = null;
  }

  private void publish(LaneTail<E> lane, Object[] events, int from, int to) {
    if (to > from) lane.publish(events, from, to);
  }

  private void skip(Seat<E> seat, int skipped) {
    if (seat.skip == 0) return;
    seat.skip -= skipped;
    if (seat.skip == 0) skipping--;
  }

  /** The selector's choice is the first of an array that is not much longer. */
  private void choose(Seat<E> seat, Object[] events, int from, int to) {
    Object[] chosen = new Object[to - from];
    int count = 0;
    for (int i = from; i < to; i++) if (isChosen(seat.selector, events[i])) chosen[count++] = events[i];
    seat.chosen = 2 * count < chosen.length ? Arrays.copyOf(chosen, count) : chosen;
    seat.chosenCount = count;
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
  public boolean awaitsSomebody() {
    return seats.isEmpty();
  }

  @Override
  public void dropOldest() {
    super.dropOldest();
    if (skipping == 0) return;
    for (int i = 0; i < seats.size(); i++) skip(seats.get(i), 1);
    rankAll();
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
