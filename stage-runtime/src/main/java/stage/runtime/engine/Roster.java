package stage.runtime.engine;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import stage.runtime.time.ShortLock;

/**
 * The subscriptions of one end, in the order of their acceptance. A few are kept in an array that is replaced with each
 * change; more of them in a set, of which an array is made when somebody wants to see them all: or it would be copied
 * with each that comes or goes. Changed under the graph's lock, read by any thread.
 */
final class Roster<T> {
  private static final int FEW = 8;

  private final ShortLock lock;   // of the graph
  private final T[] none;
  private volatile T[] all;   // null if there are many, and they have changed since somebody wanted to see them
  private volatile int size;
  private Set<T> many;        // under the graph's lock; null as long as there have always been few

  Roster(ShortLock lock, T[] none) {
    this.lock = lock;
    this.none = none;
    this.all = none;
  }

  /** Under the graph's lock. If it throws, on a full heap, nothing has changed. */
  void add(T member) {
    if (many == null && size < FEW) {
      T[] longer = Arrays.copyOf(all, size + 1);
      longer[size] = member;
      all = longer;
    } else {
      if (many == null) many = new LinkedHashSet<>(Arrays.asList(all));
      many.add(member);
      all = null;
    }
    size++;
  }

  /** Adds a member to each of two, or to none: if it throws, on a full heap, nothing has changed. Under the lock. */
  static <A, B> void addToBoth(Roster<A> one, A member, Roster<B> other, B itsOther) {
    A[] before = one.all;
    one.add(member);
    try {
      other.add(itsOther);
    } catch (Throwable full) {
      if (one.many != null) one.many.remove(member);
      one.all = before;
      one.size--;
      throw full;
    }
  }

  /** Under the graph's lock. */
  void remove(T member) {
    if (many != null) {
      if (!many.remove(member)) return;
      all = null;
    } else {
      int at = Arrays.asList(all).indexOf(member);
      if (at < 0) return;
      T[] shorter = Arrays.copyOf(all, size - 1);
      System.arraycopy(all, at + 1, shorter, at, shorter.length - at);
      all = shorter;
    }
    size--;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** {@return all of them; nobody changes the array} Waits for the graph's lock where there are many. */
  T[] all() {
    T[] there = all;
    if (there != null) return there;
    lock.lock();
    try {
      return gather();
    } finally {
      lock.unlock();
    }
  }

  private T[] gather() {
    T[] there = all;
    if (there == null) all = there = many.toArray(none);
    return there;
  }
}
