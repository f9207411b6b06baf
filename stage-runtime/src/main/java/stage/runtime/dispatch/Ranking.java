package stage.runtime.dispatch;

import java.util.Arrays;

/**
 * Entries ordered by a key, the least first: a binary heap whose entries know their places, so that one whose key has
 * changed moves in O(log n) steps. The JDK's queue would have to look for it. The producer's cell only.
 *
 * @param <T> the entries
 */
final class Ranking<T extends Ranking.Entry> {
  /** Something that has a rank. Of two with the same key, the one with the lower number comes first. */
  abstract static class Entry {
    private final long number;
    private long key;
    private int at = -1;   // its place in the heap; -1 for none

    Entry(long number) {
      this.number = number;
    }

    final long number() {
      return number;
    }

    final long key() {
      return key;
    }

    final boolean isRanked() {
      return at >= 0;
    }
  }

  private Entry[] heap = {};
  private int size;

  int size() {
    return size;
  }

  /** Makes sure that ranking this many takes no memory. */
  void makeRoomFor(int entries) {
    if (heap.length < entries) heap = Arrays.copyOf(heap, Math.max(8, Math.max(entries, 2 * heap.length)));
  }

  /** {@return the first} There is one. */
  @SuppressWarnings("unchecked")   // nothing else was put in
  T first() {
    return (T) heap[0];
  }

  /** Ranks an entry by a key, whether or not it has a rank already. There is room for it. */
  void rank(T entry, long key) {
    Entry ranked = entry;
    if (ranked.at < 0) {
      ranked.key = key;
      ranked.at = size;
      heap[size++] = ranked;
      rise(ranked);
    } else if (key != ranked.key) {
      boolean isLess = key < ranked.key;
      ranked.key = key;
      if (isLess) rise(ranked);
      else sink(ranked);
    }
  }

  /** {@return the first, which has no rank any more} There is one. */
  T poll() {
    T first = first();
    remove(first);
    return first;
  }

  /** Takes an entry's rank away, if it has one. */
  void remove(T entry) {
    Entry gone = entry;
    if (gone.at < 0) return;
    int hole = gone.at;
    gone.at = -1;
    Entry last = heap[--size];
    heap[size] = null;
    if (last == gone) return;
    put(last, hole);
    rise(last);
    sink(last);
  }

  /** Gives an entry that has a rank another key, and leaves its rank to {@link #reorder}. */
  void key(T entry, long key) {
    Entry ranked = entry;
    ranked.key = key;
  }

  /** Puts all of them in order, in a step or two for each. */
  void reorder() {
    for (int i = (size >>> 1) - 1; i >= 0; i--) sink(heap[i]);
  }

  private void rise(Entry entry) {
    int at = entry.at;
    while (at > 0) {
      int parent = at - 1 >>> 1;
      if (!isBefore(entry, heap[parent])) break;
      put(heap[parent], at);
      at = parent;
    }
    put(entry, at);
  }

  private void sink(Entry entry) {
    int at = entry.at;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], entry)) break;
      put(heap[child], at);
      at = child;
    }
    put(entry, at);
  }

  private void put(Entry entry, int at) {
    heap[at] = entry;
    entry.at = at;
  }

  private static boolean isBefore(Entry one, Entry other) {
    return one.key != other.key ? one.key < other.key : one.number < other.number;
  }
}
