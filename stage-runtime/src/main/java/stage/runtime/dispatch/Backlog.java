package stage.runtime.dispatch;

/**
 * Events that wait for demand, the oldest first. To make room takes memory and may fail; to put events in does not,
 * where there is room. The producer's cell only.
 */
final class Backlog {
  private static final Object[] NONE = {};
  private static final int LARGEST_KEPT = 1024;   // of the rings that are empty

  private Object[] ring = NONE;   // its length is a power of two, or none
  private int first;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  private int at(int index) {
    return first + index & ring.length - 1;
  }

  /** Makes sure that so many more can be put in. */
  void makeRoom(int more) {
    if (ring.length - size >= more) return;
    int needed = Math.addExact(size, more);
    if (needed > 1 << 30) throw new OutOfMemoryError("a backlog of " + needed + " events");
    Object[] larger = new Object[Math.max(8, Integer.highestOneBit(needed - 1) << 1)];
    copyOut(larger, size);
    ring = larger;
    first = 0;
  }

  private void copyOut(Object[] target, int count) {
    int run = Math.min(count, ring.length - first);
    System.arraycopy(ring, first, target, 0, run);
    System.arraycopy(ring, 0, target, run, count - run);
  }

  /** Puts an event behind all others; there is room. */
  void add(Object event) {
    ring[at(size)] = event;
    size++;
  }

  /** Puts an event before all others; there is room. */
  void addFirst(Object event) {
    first = at(-1);
    ring[first] = event;
    size++;
  }

  /** {@return a copy of the oldest} */
  Object[] oldest(int count) {
    Object[] events = new Object[count];
    copyOut(events, count);
    return events;
  }

  /** Forgets the oldest, if there are any. */
  void drop(int count) {
    for (int left = Math.min(count, size); left > 0; left--) {
      ring[first] = null;
      first = at(1);
      size--;
    }
    if (size > 0 || ring.length <= LARGEST_KEPT) return;
    ring = NONE;
    first = 0;
  }
}
