package stage.runtime.pipeline.operator;

import stage.api.pipeline.KeyValue;
import stage.api.pipeline.plan.Reducing;

/**
 * What all elements of a key come to, emitted at the end: keys in the order in which they first came, without a time.
 */
public final class ReduceByKey implements SingleInput<Object, KeyValue<Object, Object>> {
  private final KeyedTable table;
  private final KeptLong next;   // the number of the key whose result comes next

  private ReduceByKey(KeyedTable table, KeptLong next) {
    this.table = table;
    this.next = next;
  }

  /**
   * {@return an operator that counts, sums or aggregates}
   *
   * @param how a count, a sum or an aggregate
   * @throws IllegalArgumentException if it is another one
   */
  public static ReduceByKey of(Reducing how) {
    return new ReduceByKey(Reduction.of(how).table(), new KeptLong(0));
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super KeyValue<Object, Object>> out)
      throws Exception {
    table.add(key, value);
    return true;
  }

  @Override
  public boolean takesAtomically() {
    return true;
  }

  @Override
  public void take(Object key, int hash, Object value, long t, long w, Output<? super KeyValue<Object, Object>> out)
      throws Exception {
    table.take(key, hash, value);
  }

  @Override
  public boolean end(boolean isDrained, Output<? super KeyValue<Object, Object>> out) throws Exception {
    return resume(out);
  }

  @Override
  public boolean resume(Output<? super KeyValue<Object, Object>> out) throws Exception {
    Slots keys = table.slots();
    for (long n = next.get(); n < keys.size(); n++) {
      if (!out.hasRoom()) return false;
      next.set(n + 1);
      Object key = keys.key(keys.placeOf((int) n));
      Object result = Results.orNull(out, key, table, keys.placeOf((int) n));
      if (result != null) out.emit(new KeyValue<>(key, result), key, Times.NEVER, Times.NEVER);
    }
    return true;
  }

  @Override
  public void mark() {
    table.slots().mark();
    next.mark();
  }

  @Override
  public void undo() {
    table.slots().undo();
    next.undo();
  }

  @Override
  public void commit() {
    table.slots().commit();
    next.commit();
  }

  @Override
  public void rollback() {
    table.slots().rollback();
    next.rollback();
  }

  @Override
  public ReduceByKey successor() {
    return new ReduceByKey(table.successor(), next.successor());
  }
}
