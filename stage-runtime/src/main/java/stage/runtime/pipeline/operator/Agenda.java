package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * What is due when, the earliest first; undone with a turn, and what was added also with an element.
 *
 * <p>A binary heap, which is written in {@link #commit} only. What a turn takes out are the smallest of the heap, and
 * those can be found in order without changing it: a number of the heap is next only once its parent was taken. The
 * commit then takes as many from the top. Of those with the same time nothing is said; who needs an order sorts.
 */
final class Agenda<E> {
  // committed
  private long[] times;
  private Object[] entries;
  private int size;

  // this incarnation's
  private record Added<E>(long time, E entry) {}

  // in the order in which they came, without those that were taken
  private final List<Added<E>> added = new ArrayList<>();
  // heap indices whose parents are taken
  private final PriorityQueue<Integer> next = new PriorityQueue<>(Comparator.comparingLong(at -> times[at]));
  private int taken;   // how many of the heap
  private int addedAtMark;
  private long earliestAdded = Long.MAX_VALUE;

  Agenda() {
    times = new long[16];
    entries = new Object[16];
  }

  private Agenda(Agenda<E> replaced) {
    times = replaced.times;
    entries = replaced.entries;
    size = replaced.size;
    if (size > 0) next.add(0);
  }

  Agenda<E> successor() {
    return new Agenda<>(this);
  }

  void add(long time, E entry) {
    added.add(new Added<>(time, entry));
    earliestAdded = Math.min(earliestAdded, time);
  }

  /** {@return the earliest time; {@link Long#MAX_VALUE} if there is nothing} */
  long earliest() {
    return next.isEmpty() ? earliestAdded : Math.min(earliestAdded, times[next.peek()]);
  }

  private void findEarliestAdded() {
    earliestAdded = Long.MAX_VALUE;
    for (Added<E> each : added) earliestAdded = Math.min(earliestAdded, each.time());
  }

  /** Takes out all that is due, and adds it to the list. An element's undo does not reach behind this. */
  @SuppressWarnings("unchecked")   // only add() puts something in
  void takeDue(long until, List<? super E> due) {
    while (!next.isEmpty() && times[next.peek()] <= until) {
      int at = next.poll();
      due.add((E) entries[at]);
      taken++;
      if (2 * at + 1 < size) next.add(2 * at + 1);
      if (2 * at + 2 < size) next.add(2 * at + 2);
    }
    if (earliestAdded <= until) {
      added.removeIf(each -> each.time() <= until && due.add(each.entry()));
      findEarliestAdded();
    }
    mark();
  }

  /** Shows all that was not taken out, in no order. */
  @SuppressWarnings("unchecked")   // only add() puts something in
  void forEach(Consumer<? super E> action) {
    List<Integer> todo = new ArrayList<>(next);
    while (!todo.isEmpty()) {
      int at = todo.removeLast();
      action.accept((E) entries[at]);
      if (2 * at + 1 < size) todo.add(2 * at + 1);
      if (2 * at + 2 < size) todo.add(2 * at + 2);
    }
    for (Added<E> each : added) action.accept(each.entry());
  }

  void mark() {
    addedAtMark = added.size();
  }

  void undo() {
    if (added.size() == addedAtMark) return;
    while (added.size() > addedAtMark) added.removeLast();
    findEarliestAdded();
  }

  void commit() {
    if (taken == 0 && added.isEmpty()) return;
    int needed = size - taken + added.size();
    if (needed > times.length) {
      int length = Math.max(needed, 2 * times.length);
      Object[] longer = Arrays.copyOf(entries, length);
      times = Arrays.copyOf(times, length);   // a replaced thread keeps the old ones
      entries = longer;
    }
    for (; taken > 0; taken--) removeFirst();
    for (Added<E> each : added) insert(each.time(), each.entry());
    rollback();
  }

  void rollback() {
    taken = 0;
    added.clear();
    earliestAdded = Long.MAX_VALUE;
    next.clear();
    if (size > 0) next.add(0);
    mark();
  }

  private void removeFirst() {
    long time = times[--size];
    Object entry = entries[size];
    entries[size] = null;
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && times[child + 1] < times[child]) child++;
      if (times[child] >= time) break;
      times[at] = times[child];
      entries[at] = entries[child];
      at = child;
    }
    if (size > 0) {
      times[at] = time;
      entries[at] = entry;
    }
  }

  private void insert(long time, Object entry) {
    int at = size++;
    for (int parent = at - 1 >> 1; at > 0 && times[parent] > time; parent = at - 1 >> 1) {
      times[at] = times[parent];
      entries[at] = entries[parent];
      at = parent;
    }
    times[at] = time;
    entries[at] = entry;
  }
}
