package stage.runtime.pipeline.operator;

import stage.api.pipeline.Weight;

/** Counts and sums. */
final class LongTable implements KeyedTable {
  private final Weight<Object> weight;
  private final LongSlots slots;

  LongTable(Weight<Object> weight, LongSlots slots) {
    this.weight = weight;
    this.slots = slots;
  }

  @Override
  public void add(Object key, Object element) throws Exception {
    slots.add(key, weight.of(element));
  }

  @Override
  public void take(Object key, int hash, Object element) throws Exception {
    slots.take(key, hash, weight.of(element));
  }

  @Override
  public Object raw(int place) {
    return slots.value(place);
  }

  @Override
  public Object result(int place) {
    return slots.value(place);
  }

  @Override
  public Slots slots() {
    return slots;
  }

  @Override
  public KeyedTable successor() {
    return new LongTable(weight, slots.successor());
  }
}
