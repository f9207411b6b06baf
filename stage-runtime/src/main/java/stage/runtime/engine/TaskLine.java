package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Handles;

/**
 * A line of events that may begin: the cell adds at its end, and the threads that handle events take from its front, as
 * does the cell. Each one is taken once.
 */
final class TaskLine<T> {
  private static final VarHandle TAKEN = Handles.of(MethodHandles.lookup(), "taken", long.class);

  private final int most;
  private Object[] slots;          // the cell, before it counts in added what is there; null until it is needed
  private volatile long added;     // the cell; pairs with the read in take, which then sees the slot
  private volatile long taken;     // any thread, by compare-and-set
  private long forgotten;          // the cell: so many slots are cleared

  /** @param most how many stand in it at most */
  TaskLine(int most) {
    this.most = most;
  }

  boolean isEmpty() {
    return taken == added;
  }

  /** The cell's thread. */
  boolean isFull() {
    return added - taken >= most;
  }

  /** {@return how many stand in it} The cell's thread. */
  int size() {
    return (int) (added - taken);
  }

  /** Takes what memory {@link #add} needs. The cell's thread. */
  void makeRoom() {
    if (slots == null) slots = new Object[Integer.highestOneBit(2 * most - 1)];
  }

  /** It is not full, and has been made room in. Needs no memory. The cell's thread. */
  void add(T task) {
    forget();
    slots[index(added)] = task;
    added++;
  }

  /** Those that were taken are not held here for long. The cell's thread. */
  private void forget() {
    for (long gone = taken; forgotten < gone; forgotten++) slots[index(forgotten)] = null;
  }

  private int index(long number) {
    return (int) number & slots.length - 1;
  }

  /** {@return the first one, which the caller has from now on; null if there is none} Any thread. */
  @SuppressWarnings("unchecked")   // only such were added
  T take() {
    while (true) {
      long first = taken;
      if (first == added) return null;
      Object task = slots[index(first)];
      // Only once somebody has taken it is its slot used for another one: so if it is there to be taken, that is it.
      if (TAKEN.compareAndSet(this, first, first + 1)) return (T) task;
    }
  }
}
