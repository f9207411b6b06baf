package stage.runtime.pipeline.operator;

import java.util.stream.Collector;
import stage.api.pipeline.KeyValue;

/**
 * What a collector makes of all elements of a key, emitted at the end. A collector changes its container, which nothing
 * can undo: the run commits after each element, and an accumulator that throws midway may leave half an element in it.
 */
public final class CollectByKey implements SingleInput<Object, KeyValue<Object, Object>> {
  private final Collector<Object, Object, Object> collector;
  private final ValueSlots containers;
  private final KeptLong next;

  /**
   * Makes one.
   *
   * @param collector how to collect
   */
  public CollectByKey(Collector<Object, Object, Object> collector) {
    this(collector, new ValueSlots(), new KeptLong(0));
  }

  private CollectByKey(Collector<Object, Object, Object> collector, ValueSlots containers, KeptLong next) {
    this.collector = collector;
    this.containers = containers;
    this.next = next;
  }

  @Override
  public boolean commitsEachElement() {
    return true;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super KeyValue<Object, Object>> out) {
    int place = containers.place(key);
    Object container = containers.value(place);
    if (container == null) {
      container = Reduction.made("collector's supplier", collector.supplier().get());
      containers.set(place, container);
    }
    collector.accumulator().accept(container, value);
    return true;
  }

  @Override
  public boolean end(boolean isDrained, Output<? super KeyValue<Object, Object>> out) throws Exception {
    return resume(out);
  }

  @Override
  public boolean resume(Output<? super KeyValue<Object, Object>> out) throws Exception {
    for (long n = next.get(); n < containers.size(); n++) {
      if (!out.hasRoom()) return false;
      next.set(n + 1);
      int place = containers.placeOf((int) n);
      Object key = containers.key(place);
      Object container = containers.value(place);
      if (container == null) continue;   // its only element was undone
      Object result =
          Results.orNull(out, key, key,
              () -> Reduction.made("collector's finisher", collector.finisher().apply(container)));
      if (result != null) out.emit(new KeyValue<>(key, result), key, Times.NEVER, Times.NEVER);
    }
    return true;
  }

  @Override
  public void mark() {
    containers.mark();
    next.mark();
  }

  @Override
  public void undo() {
    containers.undo();
    next.undo();
  }

  @Override
  public void commit() {
    containers.commit();
    next.commit();
  }

  @Override
  public void rollback() {
    containers.rollback();
    next.rollback();
  }

  @Override
  public CollectByKey successor() {
    return new CollectByKey(collector, containers.successor(), next.successor());
  }
}
