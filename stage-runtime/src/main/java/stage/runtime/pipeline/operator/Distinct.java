package stage.runtime.pipeline.operator;

/** Lets an element pass if its key is not among those remembered: a fixed number of the newest keys. */
public final class Distinct implements SingleInput<Object, Object> {
  private final int remembered;
  private final ValueSlots seen;
  private final KeptQueue<Object> inOrder;

  /**
   * Makes one.
   *
   * @param remembered how many keys, at least 1
   */
  public Distinct(int remembered) {
    this(remembered, new ValueSlots(), new KeptQueue<>());
  }

  private Distinct(int remembered, ValueSlots seen, KeptQueue<Object> inOrder) {
    this.remembered = remembered;
    this.seen = seen;
    this.inOrder = inOrder;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    int place = seen.place(key);
    if (seen.value(place) != null) {
      out.filtered(value);
      return true;
    }
    seen.set(place, Boolean.TRUE);
    inOrder.add(key);
    if (inOrder.size() > remembered) seen.remove(inOrder.poll());
    out.emit(value, key, t, w);
    return true;
  }

  @Override
  public void mark() {
    seen.mark();
    inOrder.mark();
  }

  @Override
  public void undo() {
    seen.undo();
    inOrder.undo();
  }

  @Override
  public void commit() {
    seen.commit();
    inOrder.commit();
  }

  @Override
  public void rollback() {
    seen.rollback();
    inOrder.rollback();
  }

  @Override
  public Distinct successor() {
    return new Distinct(remembered, seen.successor(), inOrder.successor());
  }
}
