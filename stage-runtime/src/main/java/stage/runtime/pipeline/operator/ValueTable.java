package stage.runtime.pipeline.operator;

/** Any immutable values. */
final class ValueTable implements KeyedTable {
  private final Reduction how;
  private final ValueSlots slots;

  ValueTable(Reduction how, ValueSlots slots) {
    this.how = how;
    this.slots = slots;
  }

  @Override
  public void add(Object key, Object element) throws Exception {
    slots.fold(key, how.zero(), how.fold(), element);
  }

  @Override
  public void take(Object key, int hash, Object element) throws Exception {
    slots.take(key, hash, how.zero(), how.fold(), element);
  }

  @Override
  public Object raw(int place) {
    return slots.value(place);
  }

  @Override
  public Object result(int place) throws Exception {
    return how.finished(slots.value(place));
  }

  @Override
  public Slots slots() {
    return slots;
  }

  @Override
  public KeyedTable successor() {
    return new ValueTable(how, slots.successor());
  }
}
