package stage.runtime.pipeline;

import java.util.stream.Collector;

/**
 * The end of a pipeline: collects its elements in a user's container, which is changed in place. What is in it
 * cannot be taken back, so the chain settles those elements whatever becomes of the turn.
 */
final class CollectLink extends Link {
  private final Collector<Object, Object, Object> collector;
  private Object container;   // null before the first element; all incarnations fill it

  CollectLink(Collector<Object, Object, Object> collector) {
    this.collector = collector;
  }

  private Object container() {
    if (container == null) container = collector.supplier().get();
    return container;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    try {
      collector.accumulator().accept(container(), value);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.sunk();
  }

  @Override
  void adopt(Link committed) {
    container = ((CollectLink) committed).container;
  }

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  boolean end(boolean isCut) {
    chain.result(collector.finisher().apply(container()));
    return true;
  }
}
