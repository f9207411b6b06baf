package stage.runtime.dispatch;

import java.util.Arrays;
import java.util.Comparator;
import stage.runtime.lane.LaneTail;

/**
 * Even shares among those with demand; where there are not enough events for all, one each to those with most demand.
 *
 * <p>With many lanes, none is looked at for nothing: each tells when it wants more, the sum is kept up to date, and
 * those with demand are ranked by it. An event costs O(log n), as does a lane that tells, joins or leaves. A lane that
 * is alone has no rank, and nothing is kept for it: most producers have one.
 */
final class EvenSharing<E> extends Sharing<E> {
  /** A lane and what it is known to want. */
  private static final class Seat<E> extends Ranking.Entry {
    private final LaneTail<E> lane;
    private int at;        // its place among all
    private long wanted;
    private int share;     // in the plan

    Seat(LaneTail<E> lane, long number, int at) {
      super(number);
      this.lane = lane;
      this.at = at;
    }

    long room() {
      return wanted - share;
    }
  }

  private static final Comparator<Seat<?>> BY_NUMBER = new ByNumber();
  private static final Comparator<Seat<?>> NEEDIEST_FIRST = new NeediestFirst();

  private static final Seat<?>[] NO_SEATS = {};

  private static final class ByNumber implements Comparator<Seat<?>> {
    @Override
    public int compare(Seat<?> one, Seat<?> other) {
      return Long.compare(one.number(), other.number());
    }
  }

  private static final class NeediestFirst implements Comparator<Seat<?>> {
    @Override
    public int compare(Seat<?> one, Seat<?> other) {
      return one.room() == other.room() ? Long.compare(one.number(), other.number())
          : Long.compare(other.room(), one.room());
    }
  }

  // those that want something and are in no plan, by that; null, as is the next, until there were two lanes at once
  private Ranking<Seat<E>> needy;
  private RunningSum wanted;
  private LaneTail<E> sole;              // the only lane; null if there is none, or more than one
  private Seat<E>[] chosen = noSeats();   // those that the plan is for; they have no rank meanwhile
  private Seat<E>[] takers = noSeats();   // those of them that have room for more, while it is being made
  private int chosenCount;
  private int plannedForSole;
  private int settled;                   // how many lanes, from the first, were found settled
  private long joined;

  @SuppressWarnings("unchecked")   // there is none in it
  private static <E> Seat<E>[] noSeats() {
    return (Seat<E>[]) NO_SEATS;
  }

  @SuppressWarnings("unchecked")
  private static <E> Seat<E>[] seats(int count) {
    return (Seat<E>[]) new Seat<?>[count];
  }

  // ---- who is there

  @Override
  LaneTail<E> sole() {
    return sole;
  }

  @Override
  void join(LaneTail<E> lane) {
    int more = size() + 1;
    if (more > 1) makeRoomFor(more);
    Seat<E> seat = more > 1 ? new Seat<>(lane, joined++, size()) : null;
    lanes().add(lane);
    sole = more == 1 ? lane : null;
    lane.seat(seat);
    if (more == 1) return;   // it is asked itself what it wants, as long as it is alone
    if (more == 2) {
      settled = 0;   // it was not said what went to the one that was alone
      heardFirstOf(lane(0));
    }
    heardFirstOf(lane);
  }

  /** There will be several. The one that was alone gets a seat, if it has none. */
  private void makeRoomFor(int more) {
    if (needy == null) {
      wanted = new RunningSum();
      needy = new Ranking<>();
    }
    needy.makeRoomFor(more);
    if (chosen.length < more) {
      int length = Math.max(8, 2 * more);
      Seat<E>[] longer = Arrays.copyOf(chosen, length);
      takers = Arrays.copyOf(takers, length);
      chosen = longer;
    }
    if (sole != null && seatOf(sole) == null) sole.seat(new Seat<>(sole, joined++, 0));
  }

  private void heardFirstOf(LaneTail<E> lane) {
    lane.tellOfDemand();
    heard(lane);
  }

  @Override
  void leave(LaneTail<E> lane) {
    Seat<E> seat = seatOf(lane);
    if (seat == null) {
      if (lane == sole) leaveNobody();
      return;
    }
    forgetPlan();
    know(seat, 0);
    isUnsettled(seat);
    move(size() - 1, seat.at);
    lanes().removeLast();
    sole = size() == 1 ? lane(0) : null;
    lane.seat(null);
  }

  private void leaveNobody() {
    forgetPlan();
    lanes().removeLast();
    sole = null;
  }

  /** It is not among the settled ones any more: they stay together, so as not to be looked at again. */
  private void isUnsettled(Seat<E> seat) {
    if (seat.at >= settled) return;
    int hole = seat.at;
    settled--;
    move(settled, hole);
    lanes().set(settled, seat.lane);
    seat.at = settled;
  }

  private void move(int from, int to) {
    LaneTail<E> lane = lane(from);
    lanes().set(to, lane);
    seatOf(lane).at = to;
  }

  @Override
  boolean areAllSettled() {
    while (settled < size() && lane(settled).isSettledOrTellMe()) settled++;
    return settled == size();
  }

  @SuppressWarnings("unchecked")   // nobody else gives it one
  private Seat<E> seatOf(LaneTail<E> lane) {
    return (Seat<E>) lane.seat();
  }

  // ---- what they want

  @Override
  void heard(LaneTail<E> lane) {
    Seat<E> seat = seatOf(lane);
    if (seat != null && size() > 1) know(seat, lane.demand());
  }

  private void know(Seat<E> seat, long now) {
    wanted.change(seat.wanted, now);
    seat.wanted = now;
    if (now > 0) needy.rank(seat, -now);
    else needy.remove(seat);
  }

  @Override
  long wanted() {
    if (sole != null) return sole.demand();
    return wanted == null ? 0 : wanted.get();
  }

  // ---- sharing

  @Override
  int plan(int most) {
    forgetPlan();
    int count = (int) Math.min(wanted(), most);
    if (count <= 0) return 0;
    if (sole != null) {
      sole.reserve(count);
      plannedForSole = count;
      return count;
    }
    try {
      int left = count < needy.size() ? oneEachToTheNeediest(count) : amongAll(count);
      for (int i = 0; i < chosenCount; i++) if (chosen[i].share > 0) chosen[i].lane.reserve(chosen[i].share);
      return count - left;
    } catch (Throwable failure) {   // such as a full heap
      forgetPlan();
      throw failure;
    }
  }

  /** There are more takers than events: those with most room get one each. */
  private int oneEachToTheNeediest(int events) {
    for (int i = 0; i < events; i++) {
      Seat<E> neediest = needy.poll();
      neediest.share = 1;
      chosen[chosenCount++] = neediest;
    }
    return 0;
  }

  /** There are at least as many events as takers. Returns how many are left. */
  private int amongAll(int events) {
    while (needy.size() > 0) chosen[chosenCount++] = needy.poll();
    Arrays.sort(chosen, 0, chosenCount, BY_NUMBER);
    System.arraycopy(chosen, 0, takers, 0, chosenCount);
    int left = events;
    int ready = chosenCount;
    while (left > 0 && ready > 0) {
      if (left < ready) {
        Arrays.sort(takers, 0, ready, NEEDIEST_FIRST);
        for (int i = 0; i < left; i++) takers[i].share++;
        left = 0;
      } else {
        left = evenly(left, ready);
        ready = keepThoseWithRoom(ready);
      }
    }
    Arrays.fill(takers, 0, chosenCount, null);
    return left;
  }

  /** Gives each about {@code left / ready}; at least one of them is filled up, or nothing is left. */
  private int evenly(int left, int ready) {
    int rest = left;
    for (int i = 0; i < ready; i++) {
      Seat<E> seat = takers[i];
      // rounded up; the sum of both may be too much for an int
      int share = (int) Math.min(seat.room(), (rest - 1) / (ready - i) + 1);
      seat.share += share;
      rest -= share;
    }
    return rest;
  }

  private int keepThoseWithRoom(int ready) {
    int kept = 0;
    for (int i = 0; i < ready; i++) if (takers[i].room() > 0) takers[kept++] = takers[i];
    return kept;
  }

  @Override
  void publish(Object[] events, int from) {
    if (plannedForSole > 0) {
      sole.publish(events, from, from + plannedForSole);
      plannedForSole = 0;
      return;
    }
    int at = from;
    for (int i = 0; i < chosenCount; i++) {
      Seat<E> seat = chosen[i];
      if (seat.share == 0) continue;
      isUnsettled(seat);
      seat.lane.publish(events, at, at + seat.share);
      at += seat.share;
      seat.share = 0;
      wanted.change(seat.wanted, 0);
      seat.wanted = 0;
    }
    int published = chosenCount;
    chosenCount = 0;
    for (int i = 0; i < published; i++) {
      know(chosen[i], chosen[i].lane.demand());
      chosen[i] = null;
    }
  }

  @Override
  void forgetPlan() {
    plannedForSole = 0;
    for (int i = 0; i < chosenCount; i++) {
      chosen[i].share = 0;
      know(chosen[i], chosen[i].wanted);
      chosen[i] = null;
    }
    chosenCount = 0;
  }
}
