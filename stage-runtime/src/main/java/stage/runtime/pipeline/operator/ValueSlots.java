package stage.runtime.pipeline.operator;

import java.util.Arrays;
import java.util.Objects;
import stage.api.pipeline.Fold;

/** An immutable value per key; null is no value, and removes the key. */
final class ValueSlots extends Slots {
  private Object[] values;   // committed
  private Object[] pending;
  private Object[] freshValues = new Object[16];
  private Object[] before = new Object[4];   // the journal's values

  ValueSlots() {
    this(0);
  }

  /** Has room for this many keys. */
  ValueSlots(int room) {
    super(room, 1);
    values = new Object[slots()];
    pending = new Object[slots()];
  }

  private ValueSlots(ValueSlots replaced) {
    super(replaced);
    values = replaced.values;
    pending = new Object[slots()];
  }

  ValueSlots successor() {
    return new ValueSlots(this);
  }

  /** {@return the value at a place, or null} */
  Object value(int place) {
    return place < 0 ? freshValues[~place] : isPending(place) ? pending[place] : values[place];
  }

  /** {@return the key's value, or null} Adds no key. */
  Object get(Object key) {
    int place = placeOrAbsent(key);
    return place == ABSENT ? null : value(place);
  }

  void set(int place, Object value) {
    if (place < 0) {
      int entry = journal(place);
      before[entry] = freshValues[~place];
      freshValues[~place] = value;
    } else {
      if (isPending(place)) {
        int entry = journal(place);
        before[entry] = pending[place];
      } else {
        touch(place);
      }
      pending[place] = value;
    }
  }

  /** Sets the key's value to what the fold makes of it, or of the zero, and the element. */
  @SuppressWarnings("unchecked")   // a table holds what its one fold makes
  <A, T> void fold(Object key, A zero, Fold<A, ? super T> fold, T element) throws Exception {
    int place = place(key);
    if (place >= 0) {
      if (isPending(place)) {
        Object old = pending[place];
        Object value = made(fold.apply(old == null ? zero : (A) old, element));
        int entry = journal(place);
        before[entry] = old;
        pending[place] = value;
      } else {
        Object old = values[place];
        Object value = made(fold.apply(old == null ? zero : (A) old, element));
        touch(place);
        pending[place] = value;
      }
    } else {
      Object old = freshValues[~place];
      set(place, made(fold.apply(old == null ? zero : (A) old, element)));
    }
  }

  /** As {@link #fold}, with nothing that could take it back: a fold that throws leaves no key either. */
  @SuppressWarnings("unchecked")   // a table holds what its one fold makes
  <A, T> void take(Object key, int hash, A zero, Fold<A, ? super T> fold, T element) throws Exception {
    int place = placeOrAbsent(key, hash);
    Object old = place == ABSENT ? null : value(place);
    Object value = made(fold.apply(old == null ? zero : (A) old, element));
    if (place == ABSENT) place = place(key, hash);
    if (place < 0) {
      freshValues[~place] = value;
    } else {
      if (!isPending(place)) touch(place);
      pending[place] = value;
    }
  }

  private static Object made(Object value) {
    return Objects.requireNonNull(value,
        "the fold must not return null; return what it was given to leave it as it is");
  }

  void put(Object key, Object value) {
    set(place(key), value);
  }

  /** Removes the key, if it is there. */
  void remove(Object key) {
    int place = placeOrAbsent(key);
    if (place != ABSENT && value(place) != null) set(place, null);
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
    return value(slot) != null;
  }

  @Override
  boolean isLivingFresh(int fresh) {
    return freshValues[fresh] != null;
  }

  @Override
  void keep(int[] slots, int count) {
    Object[] values = this.values;
    Object[] pending = this.pending;
    for (int i = 0; i < count; i++) {
      int slot = slots[i];
      values[slot] = pending[slot];
      pending[slot] = null;
    }
  }

  @Override
  void keepFresh(int slot, int fresh) {
    values[slot] = freshValues[fresh];
  }

  @Override
  void clearFresh(int fresh) {
    freshValues[fresh] = null;
  }

  @Override
  void resizeFresh(int length) {
    freshValues = Arrays.copyOf(freshValues, length);
  }

  @Override
  void rebuildValues(int[] slots, int count, int[] from, long[] newCells) {
    Object[] newValues = new Object[newCells.length];
    Object[] newPending = new Object[newCells.length];
    for (int i = 0; i < count; i++) newValues[slots[i]] = value(from[slots[i]]);
    values = newValues;
    pending = newPending;
  }
}
