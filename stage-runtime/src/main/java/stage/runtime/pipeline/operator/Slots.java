package stage.runtime.pipeline.operator;

import java.util.Arrays;

/**
 * State per key: a hash table that a turn does not change, and beside it the turn's changes.
 *
 * <p>Committed: {@code keys}, their hashes, the order of arrival, and a subclass's values; written in {@link #commit}
 * only. A turn's: a pending value per slot, which counts if the slot's stamp is the turn's; the slots it has touched;
 * and the keys that are new, which stay aside until the commit. An element's: a journal of what its slots held before,
 * where the turn had changed them already.
 *
 * <p>Hash and stamp of a slot are one long, and if values are longs they lie beside it: with 100,000 keys nearly every
 * slot is a cache miss, and each further array costs another one. So the two committed parts of a cell share an array
 * with the turn's, and an incarnation that takes over copies them.
 *
 * <p>A key's <em>place</em> is its slot, from 0, or below 0 for a key that is new in this turn. Places hold until the
 * next commit or rollback.
 */
abstract class Slots {
  /** No place. */
  static final int ABSENT = Integer.MAX_VALUE;

  private static final int SMALLEST = 16;
  private static final long HASH = -1L << 32;   // of a cell's first long

  // committed: written in commit() only; a power of two of slots, at most half of them in use
  private Object[] keys;
  private int[] arrivals;   // slots, in the order in which their keys came
  private int size;
  private int shift;   // a hash's home is what remains of it by this

  // this incarnation's: of each slot its key's hash, which is committed, above the stamp, which is valid for one turn;
  // behind them a subclass has room for its own
  long[] cells;
  private final int stride;
  private int turn = 1;
  private int[] touched = new int[SMALLEST];
  private int touchedCount;

  // keys that are new in this turn, in the order in which they came; the index holds their number + 1
  private Object[] freshKeys = new Object[SMALLEST];
  private int[] freshHashes = new int[SMALLEST];
  private int[] freshIndex = new int[2 * SMALLEST];
  private int freshCount;

  // one element's: what it touched and added for the first time in the turn comes after these; its other changes are in
  // the journal
  private int touchedAtMark;
  private int freshAtMark;
  private int[] journal = new int[4];   // places; the subclass has what they held
  private int journalCount;

  /** Makes room for a number of keys before it grows, and for a number of longs, at least 1, in each slot's cell. */
  Slots(int room, int stride) {
    int length = length(room);
    this.stride = stride;
    keys = new Object[length];
    cells = new long[stride * length];
    arrivals = new int[length / 2];
    shift = shift(length);
  }

  private static int length(int room) {
    int length = SMALLEST;
    while (length < 2L * room) length *= 2;
    return length;
  }

  /** For the next incarnation: what is committed. The one that was replaced may still be writing stamps. */
  Slots(Slots replaced) {
    stride = replaced.stride;
    keys = replaced.keys;
    cells = replaced.cells.clone();
    arrivals = replaced.arrivals;
    size = replaced.size;
    shift = replaced.shift;
    clearStamps();
  }

  private void clearStamps() {
    for (int at = 0; at < cells.length; at += stride) cells[at] &= HASH;
  }

  private static long cell(int hash) {
    return (long) hash << 32;
  }

  private int hashAt(int slot) {
    return (int) (cells[stride * slot] >>> 32);
  }

  // ---- finding
  // ------------------------------------------------------------------------------------------------------------

  /** {@return the place of the key, which is added as a new one if it is not there} */
  final int place(Object key) {
    return place(key, Keys.hash(key));
  }

  /** As that, of a key whose hash is known. */
  final int place(Object key, int hash) {
    int slot = find(key, hash);
    return slot >= 0 ? slot : freshPlace(key, hash, true);
  }

  /** {@return the place of the key, or {@link #ABSENT}} */
  final int placeOrAbsent(Object key) {
    return placeOrAbsent(key, Keys.hash(key));
  }

  /** As that, of a key whose hash is known. */
  final int placeOrAbsent(Object key, int hash) {
    int slot = find(key, hash);
    return slot >= 0 ? slot : freshCount > 0 ? freshPlace(key, hash, false) : ABSENT;
  }

  private int find(Object key, int hash) {
    Object[] keys = this.keys;
    long[] cells = this.cells;
    int mask = keys.length - 1;
    for (int slot = hash >>> shift; ; slot = slot + 1 & mask) {
      int its = (int) (cells[stride * slot] >>> 32);
      if (its == hash) {
        Object there = keys[slot];
        if (there == key) return slot;
        if (there == null) return -1;   // a hash of 0 is that of a free slot, too
        if (there.equals(key)) return slot;
      } else if (its == 0 && keys[slot] == null) {
        return -1;
      }
    }
  }

  /** By the upper bits, which spread the keys. */
  private static int home(int hash, int length) {
    return hash >>> shift(length);
  }

  private static int shift(int length) {
    return Integer.numberOfLeadingZeros(length) + 1;
  }

  private int freshPlace(Object key, int hash, boolean adds) {
    int mask = freshIndex.length - 1;
    int at = home(hash, freshIndex.length);
    for (; freshIndex[at] != 0; at = at + 1 & mask) {
      int fresh = freshIndex[at] - 1;
      if (freshHashes[fresh] == hash && (freshKeys[fresh] == key || freshKeys[fresh].equals(key))) return ~fresh;
    }
    if (!adds) return ABSENT;
    if (freshCount == freshKeys.length) {
      growFresh();
      return freshPlace(key, hash, true);
    }
    freshKeys[freshCount] = key;
    freshHashes[freshCount] = hash;
    freshIndex[at] = freshCount + 1;
    return ~freshCount++;
  }

  private void growFresh() {
    int length = 2 * freshKeys.length;
    freshKeys = Arrays.copyOf(freshKeys, length);
    freshHashes = Arrays.copyOf(freshHashes, length);
    resizeFresh(length);
    freshIndex = new int[2 * length];
    for (int fresh = 0; fresh < freshCount; fresh++) freshIndex[freeAt(freshIndex, freshHashes[fresh])] = fresh + 1;
  }

  private static int freeAt(int[] index, int hash) {
    int at = home(hash, index.length);
    while (index[at] != 0) at = at + 1 & index.length - 1;
    return at;
  }

  // ---- walking
  // ------------------------------------------------------------------------------------------------------------

  /** {@return how many slots there are, in use or not} */
  final int slots() {
    return keys.length;
  }

  /** {@return how many keys there are, with those that were removed and are not yet left out} */
  final int size() {
    return size + freshCount;
  }

  /**
   * {@return the place of the key that came as number {@code n}, from 0} The numbers stay over commits, as long as no
   * key is removed.
   */
  final int placeOf(int n) {
    return n < size ? arrivals[n] : ~(n - size);
  }

  final Object key(int place) {
    return place >= 0 ? keys[place] : freshKeys[~place];
  }

  /** {@return how many slots lie at most between where a key would be best and where it is} For tests. */
  final int longestWay() {
    int longest = 0;
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != null) longest = Math.max(longest, slot - home(hashAt(slot), keys.length) & keys.length - 1);
    }
    return longest;
  }

  // ---- changing
  // -----------------------------------------------------------------------------------------------------------

  /** {@return whether the slot's pending value counts} */
  final boolean isPending(int slot) {
    return (int) cells[stride * slot] == turn;
  }

  /** The slot's first change in this turn; its pending value counts from here on. */
  final void touch(int slot) {
    if (touchedCount == touched.length) touched = Arrays.copyOf(touched, 2 * touchedCount);
    touched[touchedCount++] = slot;
    stamp(slot, turn);
  }

  /**
   * As that, if it is the first. Returns 1 for the first change, else 0. Without a branch: in a turn of 500 elements of
   * 1,000 keys no processor can tell beforehand which it is, and a guess that is wrong costs as much as all the rest.
   */
  final int touchAnyway(int slot) {
    if (touchedCount == touched.length) touched = Arrays.copyOf(touched, 2 * touchedCount);
    long cell = cells[stride * slot];
    int difference = (int) cell ^ turn;
    int isFirst = (difference | -difference) >>> 31;
    touched[touchedCount] = slot;
    touchedCount += isFirst;
    cells[stride * slot] = cell & HASH | Integer.toUnsignedLong(turn);
    return isFirst;
  }

  private void stamp(int slot, int stamp) {
    cells[stride * slot] = cells[stride * slot] & HASH | Integer.toUnsignedLong(stamp);
  }

  /**
   * {@return which entry of the journal holds what was at a place that the turn had changed already; the subclass fills
   * it in}
   */
  final int journal(int place) {
    if (journalCount == journal.length) {
      resizeJournal(2 * journalCount);
      journal = Arrays.copyOf(journal, 2 * journalCount);
    }
    journal[journalCount] = place;
    return journalCount++;
  }

  // ---- an element
  // ---------------------------------------------------------------------------------------------------------

  final void mark() {
    journalCount = 0;
    touchedAtMark = touchedCount;
    freshAtMark = freshCount;
  }

  final void undo() {
    while (journalCount > 0) {
      int place = journal[--journalCount];
      if (place >= 0) restore(place, journalCount);
      else restoreFresh(~place, journalCount);
    }
    while (touchedCount > touchedAtMark) stamp(touched[--touchedCount], turn - 1);
    while (freshCount > freshAtMark) removeLastFresh();
  }

  private void removeLastFresh() {
    int at = home(freshHashes[--freshCount], freshIndex.length);
    while (freshIndex[at] != freshCount + 1) at = at + 1 & freshIndex.length - 1;
    freshIndex[at] = 0;   // no key was added after it that could have been put behind it
    freshKeys[freshCount] = null;
    clearFresh(freshCount);
  }

  /** Sets the pending value of a slot back to what entry {@code entry} of the journal holds. */
  abstract void restore(int slot, int entry);

  abstract void restoreFresh(int fresh, int entry);

  // ---- a turn
  // -------------------------------------------------------------------------------------------------------------

  /** Can be called again if it failed for want of memory: what allocates comes first. */
  final void commit() {
    if (2 * (size + freshCount) > keys.length) rebuild();
    keep(touched, touchedCount);
    for (int fresh = 0; fresh < freshCount; fresh++) {
      if (!isLivingFresh(fresh)) continue;
      int slot = free(keys, freshHashes[fresh]);
      cells[stride * slot] = cell(freshHashes[fresh]);
      keepFresh(slot, fresh);
      arrivals[size++] = slot;
      keys[slot] = freshKeys[fresh];
    }
    nextTurn();
  }

  final void rollback() {
    nextTurn();
  }

  private void nextTurn() {
    touchedCount = 0;
    if (++turn == 0) {   // after four billion turns a stamp could be taken for a new one
      clearStamps();
      turn = 1;
    }
    if (freshCount > 0) forgetFresh();
    mark();
  }

  private void forgetFresh() {
    for (int fresh = 0; fresh < freshCount; fresh++) {
      freshKeys[fresh] = null;
      clearFresh(fresh);
    }
    boolean isSparse = freshIndex.length > 8192 && 16 * freshCount < freshIndex.length;
    freshCount = 0;
    if (!isSparse) {
      Arrays.fill(freshIndex, 0);
      return;
    }
    // Once there were many; to clear all that for every few would cost each turn.
    freshIndex = new int[2 * SMALLEST];
    freshKeys = new Object[SMALLEST];
    freshHashes = new int[SMALLEST];
    resizeFresh(SMALLEST);
  }

  /** Makes room for the new keys, and leaves out the removed ones. A replaced thread keeps the old arrays. */
  private void rebuild() {
    int living = 0;
    for (int n = 0; n < size; n++) if (isLiving(arrivals[n])) living++;
    int length = SMALLEST;
    // not just half, so that the next rebuild is some way off
    while (8 * (living + freshCount) > 3 * length) length *= 2;
    Object[] newKeys = new Object[length];
    long[] newCells = new long[stride * length];
    int[] newArrivals = new int[length / 2];
    int[] from = new int[length];
    int count = 0;
    for (int n = 0; n < size; n++) {
      int old = arrivals[n];
      if (!isLiving(old)) continue;
      int hash = hashAt(old);
      int slot = free(newKeys, hash);
      newKeys[slot] = keys[old];
      newCells[stride * slot] = cell(hash);
      newArrivals[count++] = slot;
      from[slot] = old;
    }
    rebuildValues(newArrivals, count, from, newCells);
    touchedCount = 0;   // the new values are the pending ones already
    keys = newKeys;
    cells = newCells;
    arrivals = newArrivals;
    size = count;
    shift = shift(length);
  }

  private static int free(Object[] keys, int hash) {
    int slot = home(hash, keys.length);
    while (keys[slot] != null) slot = slot + 1 & keys.length - 1;
    return slot;
  }

  /** {@return whether the slot has a value, counting what is pending} */
  abstract boolean isLiving(int slot);

  abstract void resizeJournal(int length);

  abstract boolean isLivingFresh(int fresh);

  /** Makes the pending values of these slots their values. */
  abstract void keep(int[] slots, int count);

  abstract void keepFresh(int slot, int fresh);

  abstract void clearFresh(int fresh);

  abstract void resizeFresh(int length);

  /**
   * Gives each of the slots the pending or else the committed value of slot {@code from[slot]}: in the cells, which are
   * new, or in arrays of that many slots.
   */
  abstract void rebuildValues(int[] slots, int count, int[] from, long[] newCells);
}
