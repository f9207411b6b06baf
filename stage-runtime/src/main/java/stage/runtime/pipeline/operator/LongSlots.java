package stage.runtime.pipeline.operator;

import java.util.Arrays;

/**
 * A long per key, which grows by what is added: counts and sums. As {@link ValueSlots}, and apart from it because of
 * the box that each new sum would need: to add to one of 1,000 keys takes 10 to 20 ns, and 23 to 45 with one (JDK 21
 * and 25).
 */
final class LongSlots extends Slots {
  private long[] values;   // committed
  private long[] pending;
  private long[] freshValues = new long[16];
  private long[] before = new long[4];   // the journal's values

  LongSlots() {
    this(0);
  }

  /** Has room for so many keys. */
  LongSlots(int room) {
    super(room);
    values = new long[slots()];
    pending = new long[slots()];
  }

  private LongSlots(LongSlots replaced) {
    super(replaced);
    values = replaced.values;
    pending = new long[slots()];
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
      long old = pending[place];
      long sum = old + amount;
      int entry = journal(place);
      before[entry] = old;
      pending[place] = sum;
    } else {
      long sum = values[place] + amount;
      touch(place);
      pending[place] = sum;
    }
  }

  /** As {@link #add}, with nothing that could take it back. */
  void take(Object key, int hash, long amount) {
    int place = place(key, hash);
    if (place < 0) {
      freshValues[~place] += amount;
    } else if (isPending(place)) {
      pending[place] += amount;
    } else {
      touch(place);
      pending[place] = values[place] + amount;
    }
  }

  long value(int place) {
    return place < 0 ? freshValues[~place] : isPending(place) ? pending[place] : values[place];
  }

  @Override
  void restore(int slot, int entry) {
    pending[slot] = before[entry];
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
    long[] values = this.values;
    long[] pending = this.pending;
    for (int i = 0; i < count; i++) values[slots[i]] = pending[slots[i]];
  }

  @Override
  void keepFresh(int slot, int fresh) {
    values[slot] = freshValues[fresh];
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
  void rebuildValues(int[] slots, int count, int[] from, int length) {
    long[] newValues = new long[length];
    long[] newPending = new long[length];
    for (int i = 0; i < count; i++) newValues[slots[i]] = value(from[slots[i]]);
    values = newValues;
    pending = newPending;
  }
}
