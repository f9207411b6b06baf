package stage.runtime.pipeline.operator;

import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn2;

/**
 * Elements, input 0, with the row that a table, input 1, has for their keys: the last one that came. Either the rows
 * are read to their end before the first element is, or elements take what is there, which depends on chance.
 */
final class TableLookup implements SeveralInputs<Object> {
  private static final int ROWS = 1;

  private final boolean isLoadedFirst;
  private final Bound bound;
  private final Fn2<Object, Object, Object> fn;
  private final ValueSlots table;
  private final KeptLong count;
  private final KeptQueue<Object> oldest;   // keys; only where the bound forgets the oldest
  private final KeptLong isLoaded;          // 1 once the rows have ended

  TableLookup(boolean isLoadedFirst, Bound bound, Fn2<Object, Object, Object> fn) {
    this(isLoadedFirst, bound, fn, new ValueSlots(), new KeptLong(0), new KeptQueue<>(), new KeptLong(0));
  }

  private TableLookup(boolean isLoadedFirst, Bound bound, Fn2<Object, Object, Object> fn, ValueSlots table,
      KeptLong count, KeptQueue<Object> oldest,
      KeptLong isLoaded) {
    this.isLoadedFirst = isLoadedFirst;
    this.bound = bound;
    this.fn = fn;
    this.table = table;
    this.count = count;
    this.oldest = oldest;
    this.isLoaded = isLoaded;
  }

  @Override
  public Input<Object, Object> input(int number) {
    return number == ROWS ? this::acceptRow : this::acceptElement;
  }

  @Override
  public boolean isOpen(int number) {
    return number == ROWS || !isLoadedFirst || isLoaded.get() == 1;
  }

  @Override
  public boolean inputEnded(int number, Output<? super Object> out) {
    if (number == ROWS) isLoaded.set(1);
    return true;
  }

  private boolean acceptRow(Object key, Object row, long t, long w, Output<? super Object> out) throws Exception {
    int place = table.placeOrAbsent(key);
    boolean isNew = place == Slots.ABSENT || table.value(place) == null;
    if (isNew && count.get() >= bound.rows()) {
      if (!Fullness.makesRoom(bound, "the table", row, out)) return true;
      Object forgotten = oldest.poll();
      out.dropped(table.get(forgotten));
      table.remove(forgotten);
      count.set(count.get() - 1);
    }
    table.put(key, row);
    if (!isNew) return true;
    count.set(count.get() + 1);
    if (bound.full() == Bound.Full.FORGET_OLDEST) oldest.add(key);
    return true;
  }

  private boolean acceptElement(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    if (!isOpen(0)) throw new IllegalStateException("an element came before the table was loaded");
    Object result = fn.apply(value, Optional.ofNullable(table.get(key)));
    out.emit(Reduction.made("function of a table look-up", result), key, t, w);
    return true;
  }

  @Override
  public void mark() {
    table.mark();
    count.mark();
    oldest.mark();
  }

  @Override
  public void undo() {
    table.undo();
    count.undo();
    oldest.undo();
  }

  @Override
  public void commit() {
    table.commit();
    count.commit();
    oldest.commit();
    isLoaded.commit();
  }

  @Override
  public void rollback() {
    table.rollback();
    count.rollback();
    oldest.rollback();
    isLoaded.rollback();
  }

  @Override
  public TableLookup successor() {
    return new TableLookup(isLoadedFirst, bound, fn, table.successor(), count.successor(), oldest.successor(),
        isLoaded.successor());
  }
}
