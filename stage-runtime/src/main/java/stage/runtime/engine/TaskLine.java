package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Handles;

/**
 * A line of events that may begin: the cell adds at its end; the threads that handle events, and the cell itself, take
 * from its front. Each event is taken once.
 */
final class TaskLine<T> {
  private static final VarHandle TAKEN = Handles.of(MethodHandles.lookup(), "taken", long.class);

  private final int most;
  private Object[] slots;          // written by the cell before it counts the event in added; null until needed
  private volatile long added;     // written by the cell; pairs with the read in take, which then sees the slot
  private volatile long taken;     // written by any thread, by compare-and-set
  private long forgotten;          // the cell only: how many slots are cleared

  /** @param most how many events may be in it at once */
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

  /** {@return how many events are in it} The cell's thread. */
  int size() {
    return (int) (added - taken);
  }

  /** Takes the memory that {@link #add} will use. The cell's thread. */
  void makeRoom() {
    if (slots == null) slots = new Object[Integer.highestOneBit(2 * most - 1)];
  }

  /** Adds an event, after {@link #makeRoom}, to a line that is not full. Takes no memory. The cell's thread. */
  void add(T task) {
    forget();
    slots[index(added)] = task;
    added++;
  }

  /** Clears the slots of events that were taken, so that they are not kept alive. The cell's thread. */
  private void forget() {
    for (long gone = taken; forgotten < gone; forgotten++) slots[index(forgotten)] = null;
  }

  private int index(long number) {
    return (int) number & slots.length - 1;
  }

  /** {@return the first event, which now belongs to the caller; null if there is none} Any thread. */
  @SuppressWarnings("unchecked")   // only such were added
  T take() {
    while (true) {
      long first = taken;
      if (first == added) return null;
      Object task = slots[index(first)];
      // The slot is reused only after its event was taken, so if the count is still the same, this is the event.
      if (TAKEN.compareAndSet(this, first, first + 1)) return (T) task;
    }
  }
}
