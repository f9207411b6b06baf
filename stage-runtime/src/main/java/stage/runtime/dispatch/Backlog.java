package stage.runtime.dispatch;

import java.util.Arrays;
import stage.runtime.lane.Lane;

/**
 * Events that wait for demand, the oldest first. To make room takes memory and may fail; to put events in does not,
 * where there is room. The producer's cell only.
 *
 * <p>They lie in one array, new ones behind the others, so that lanes can be given a part of it as it is. That part is
 * not written to again, and the array is let go of once more of it was handed over than waits.
 */
final class Backlog {
  private static final Object[] NONE = {};
  private static final int LARGEST_KEPT = 1024;   // of the arrays that are empty

  private Object[] events = NONE;
  private int first;          // where the oldest is
  private int end;            // behind the newest
  private int offeredEnd;     // behind those that are offered, which come next and do not wait yet
  private boolean isShared;   // whether lanes may hold what is before the oldest
  private Object[] rest;      // a copy of what will stay, in an array of its own; null for none

  int size() {
    return end - first;
  }

  boolean isEmpty() {
    return first == end;
  }

  /** {@return the array that the events are in, from {@link #first} on} Not to be written to. */
  Object[] events() {
    return events;
  }

  /** {@return where the oldest is} */
  int first() {
    return first;
  }

  // ---- to put in

  /** Makes room for this many more behind the others. */
  void makeRoom(int more) {
    if (events.length - offeredEnd < more) move(0, more);
  }

  /** Makes room for this many more before the others. */
  void makeRoomBefore(int more) {
    if (more > (isShared ? 0 : first)) move(more, 0);
  }

  /** Moves everything to where there is room before and behind it. */
  private void move(int before, int behind) {
    int count = offeredEnd - first;
    int needed = Math.addExact(Math.addExact(count, before), behind);
    if (needed > 1 << 30) throw new OutOfMemoryError("a backlog of " + needed + " events");
    boolean staysHere = !isShared && 2L * needed <= events.length;   // so that it moves seldom
    Object[] target = staysHere ? events : new Object[Math.max(8, needed + count)];
    System.arraycopy(events, first, target, before, count);
    if (staysHere) {
      Arrays.fill(target, 0, before, null);
      Arrays.fill(target, Math.max(first, before + count), Math.max(offeredEnd, before + count), null);
    }
    int waiting = size();
    events = target;
    isShared = false;
    first = before;
    end = before + waiting;
    offeredEnd = before + count;
  }

  /** Puts an event behind all others; there is room. */
  void add(Object event) {
    events[end++] = event;
    offeredEnd = end;
  }

  /** Puts an event before all others; there is room. */
  void addFirst(Object event) {
    events[--first] = event;
  }

  // ---- to offer: the events are there, and may be forgotten again

  /** Offers an event, behind all others. Returns false if there is no room for it. */
  boolean offer(Object event) {
    if (offeredEnd == events.length) return false;
    events[offeredEnd++] = event;
    return true;
  }

  /** {@return how many events are offered} */
  int offered() {
    return offeredEnd - end;
  }

  /** What is offered waits from now on. */
  void accept() {
    end = offeredEnd;
  }

  /** Forgets what is offered. */
  void forgetOffered() {
    Arrays.fill(events, end, offeredEnd, null);
    offeredEnd = end;
    rest = null;
  }

  // ---- to take out

  /** {@return a copy of the oldest} */
  Object[] oldest(int count) {
    return Arrays.copyOfRange(events, first, first + count);
  }

  /** Forgets the oldest, if there are any. */
  void drop(int count) {
    int dropped = Math.min(count, size());
    Arrays.fill(events, first, first + dropped, null);
    first += dropped;
    if (first == offeredEnd) clear();
  }

  private void clear() {
    if (isShared || events.length > LARGEST_KEPT) events = NONE;
    isShared = false;
    first = 0;
    end = 0;
    offeredEnd = 0;
  }

  /** Makes sure that {@linkplain #handOver handing over} this many of the oldest takes no memory. */
  void makeReadyToHandOver(int count) {
    int staying = offeredEnd - first - count;
    boolean holdsOnToMore = count >= Lane.SLICE && first + count > staying;
    rest = holdsOnToMore && staying > 0 ? copy(first + count, staying) : null;
  }

  private Object[] copy(int from, int count) {
    Object[] copy = new Object[Math.max(8, 2 * count)];
    System.arraycopy(events, from, copy, 0, count);
    return copy;
  }

  /** Lanes have been given the oldest, with the array where they were many. */
  void handOver(int count) {
    if (count < Lane.SLICE) {
      drop(count);
    } else if (rest == null) {
      isShared = true;
      first += count;
      if (first == offeredEnd) clear();
    } else {
      int waiting = size() - count;
      offeredEnd -= first + count;
      events = rest;
      rest = null;
      isShared = false;
      first = 0;
      end = waiting;
    }
  }
}
