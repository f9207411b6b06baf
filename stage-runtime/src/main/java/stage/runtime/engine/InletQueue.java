package stage.runtime.engine;

import java.util.function.Predicate;

/**
 * Subscriptions of one consumer that may have something of one kind for it, each at most once. What is found to have
 * nothing is dropped, and must be added again when it may. The cell's thread only.
 */
final class InletQueue {
  private static final LaneInlet<?>[] EMPTY = {};

  /** In place of one that nothing was put in yet. */
  static final InletQueue NONE = new InletQueue();

  private final int bit;   // by which an inlet knows that it is in here
  private LaneInlet<?>[] ring = EMPTY;
  private int first;
  private int size;
  private int gone;   // how many of those in here were given up

  private InletQueue() {
    this.bit = 0;
  }

  /** @param number another one for each queue of a consumer, from 0 */
  InletQueue(int number) {
    this.bit = 1 << number;
  }

  /** {@return this one, to put something in; another one in place of {@link #NONE}} */
  InletQueue orNew(int number) {
    return this == NONE ? new InletQueue(number) : this;
  }

  /** Makes sure that this many more subscriptions can be added without taking memory. */
  void makeRoomFor(int more) {
    if (this == NONE) throw new IllegalStateException("nothing may be put in the queue that is in place of one");
    if (ring.length - size >= more) return;
    LaneInlet<?>[] longer = new LaneInlet<?>[Math.max(size + more, Math.min(2 * ring.length, ring.length + 1024))];
    for (int i = 0; i < size; i++) longer[i] = at(i);
    ring = longer;
    first = 0;
  }

  private LaneInlet<?> at(int index) {
    int at = first + index;
    return ring[at < ring.length ? at : at - ring.length];
  }

  /** Adds a subscription, unless it is in here. If it throws, on a full heap, nothing has changed. */
  void add(LaneInlet<?> inlet) {
    if ((inlet.queues & bit) != 0) return;
    makeRoomFor(1);
    put(inlet);
    inlet.queues |= bit;
  }

  private void put(LaneInlet<?> inlet) {
    int at = first + size;
    ring[at < ring.length ? at : at - ring.length] = inlet;
    size++;
  }

  private LaneInlet<?> take() {
    LaneInlet<?> taken = ring[first];
    ring[first] = null;
    first = first + 1 == ring.length ? 0 : first + 1;
    size--;
    if (taken.isGone()) gone--;
    return taken;
  }

  /** {@return the first that has what is asked for; null if none has} It stays; those before it do not. */
  LaneInlet<?> first(Predicate<LaneInlet<?>> hasIt) {
    while (size > 0) {
      LaneInlet<?> inlet = ring[first];
      if (!inlet.isGone() && hasIt.test(inlet)) return inlet;
      poll();
    }
    return null;
  }

  /** {@return any that has what is asked for; null if none has} All of them stay. */
  LaneInlet<?> any(Predicate<LaneInlet<?>> hasIt) {
    for (int i = 0; i < size; i++) if (!at(i).isGone() && hasIt.test(at(i))) return at(i);
    return null;
  }

  /** {@return the first; null if there is none} It is not in here any more. */
  LaneInlet<?> poll() {
    if (size == 0) return null;
    LaneInlet<?> taken = take();
    taken.queues &= ~bit;
    return taken;
  }

  /** Puts the first behind all others. */
  void rotate() {
    if (size > 1) put(take());
  }

  /** A subscription was just given up. Those that were are not kept for long: each keeps what its producer holds. */
  void left(LaneInlet<?> inlet) {
    if ((inlet.queues & bit) == 0) return;
    gone++;
    if (2 * gone <= size) return;
    for (int left = size; left > 0; left--) {
      LaneInlet<?> next = take();
      if (next.isGone()) next.queues &= ~bit;
      else put(next);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    if (this == NONE) return;
    while (poll() != null) continue;
    ring = EMPTY;
    first = 0;
  }
}
