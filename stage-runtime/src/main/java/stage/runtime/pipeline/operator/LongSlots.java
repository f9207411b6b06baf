package stage.runtime.pipeline.operator;

import java.util.Arrays;

/**
 * A long per key, which grows by what is added: counts and sums. As {@link ValueSlots}, and apart from it because of
 * the box that each new sum would need: to add to one of 1,000 keys takes 10 to 20 ns, and 23 to 45 with one (JDK 21
 * and 25).
 */
final class LongSlots extends Slots {
  // a cell: hash and stamp, the committed value, the pending one
  private static final int CELL = 3;
  private static final int VALUE = 1;
  private static final int PENDING = VALUE + 1;

  private long[] freshValues = new long[16];
  private long[] before = new long[4];   // the journal's values

  LongSlots() {
    this(0);
  }

  /** Has room for this many keys. */
  LongSlots(int room) {
    super(room, CELL);
  }

  private LongSlots(LongSlots replaced) {
    super(replaced);
  }

  LongSlots successor() {
    return new LongSlots(this);
  }

  /**
   * Adds to the key's sum, which begins at 0. It overflows as longs do: refused, the sum would depend on the order of
   * its elements.
   */
  void add(Object key, long amount) {
    int place = place(key);
    if (place < 0) {
      long old = freshValues[~place];
      long sum = old + amount;
      int entry = journal(place);
      before[entry] = old;
      freshValues[~place] = sum;
    } else if (isPending(place)) {
      long old = cells[CELL * place + PENDING];
      int entry = journal(place);
      before[entry] = old;
      cells[CELL * place + PENDING] = old + amount;
    } else {
      touch(place);
      cells[CELL * place + PENDING] = cells[CELL * place + VALUE] + amount;
    }
  }

  /** As {@link #add}, with nothing that could take it back. */
  void take(Object key, int hash, long amount) {
    int place = place(key, hash);
    if (place < 0) {
      freshValues[~place] += amount;
    } else {
      int cell = CELL * place;
      long value = cells[cell + PENDING - touchAnyway(place)];
      cells[cell + PENDING] = value + amount;
    }
  }

  long value(int place) {
    return place < 0 ? freshValues[~place] : cells[CELL * place + (isPending(place) ? PENDING : VALUE)];
  }

  @Override
  void restore(int slot, int entry) {
    cells[CELL * slot + PENDING] = before[entry];
  }

  @Override
  void restoreFresh(int fresh, int entry) {
    freshValues[fresh] = before[entry];
  }

  @Override
  void resizeJournal(int length) {
    before = Arrays.copyOf(before, length);
  }

  @Override
  boolean isLiving(int slot) {
    return true;
  }

  @Override
  boolean isLivingFresh(int fresh) {
    return true;
  }

  @Override
  void keep(int[] slots, int count) {
    long[] cells = this.cells;
    for (int i = 0; i < count; i++) {
      int cell = CELL * slots[i];
      cells[cell + VALUE] = cells[cell + PENDING];
    }
  }

  @Override
  void keepFresh(int slot, int fresh) {
    cells[CELL * slot + VALUE] = freshValues[fresh];
  }

  @Override
  void clearFresh(int fresh) {
    freshValues[fresh] = 0;
  }

  @Override
  void resizeFresh(int length) {
    freshValues = Arrays.copyOf(freshValues, length);
  }

  @Override
  void rebuildValues(int[] slots, int count, int[] from, long[] newCells) {
    for (int i = 0; i < count; i++) newCells[CELL * slots[i] + VALUE] = value(from[slots[i]]);
  }
}
