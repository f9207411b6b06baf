package stage.runtime.pipeline.operator;

import stage.api.pipeline.Fold;

/** Emits what each element makes of its key's value, which begins with the zero. */
public final class ScanByKey implements SingleInput<Object, Object> {
  /** Makes a result of a key and its value. */
  public interface Result {
    /**
     * {@return the result}
     *
     * @param key the key
     * @param value the result of its elements so far
     */
    Object of(Object key, Object value);
  }

  private final Object zero;
  private final Fold<Object, Object> fold;
  private final Result result;
  private final ValueSlots values;

  /**
   * Makes one.
   *
   * @param zero what there is before a key's first
   * @param fold takes one in
   * @param result what is emitted: key and value, or the value alone
   */
  public ScanByKey(Object zero, Fold<Object, Object> fold, Result result) {
    this(zero, fold, result, new ValueSlots());
  }

  private ScanByKey(Object zero, Fold<Object, Object> fold, Result result, ValueSlots values) {
    this.zero = zero;
    this.fold = fold;
    this.result = result;
    this.values = values;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    values.fold(key, zero, fold, value);
    out.emit(result.of(key, values.get(key)), key, t, w);
    return true;
  }

  @Override
  public void mark() {
    values.mark();
  }

  @Override
  public void undo() {
    values.undo();
  }

  @Override
  public void commit() {
    values.commit();
  }

  @Override
  public void rollback() {
    values.rollback();
  }

  @Override
  public ScanByKey successor() {
    return new ScanByKey(zero, fold, result, values.successor());
  }
}
