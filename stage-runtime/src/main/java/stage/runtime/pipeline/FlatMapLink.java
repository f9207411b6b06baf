package stage.runtime.pipeline;

import java.util.Iterator;
import stage.api.pipeline.Fn;

/** Makes many of one. */
final class FlatMapLink extends Link {
  private final Fn<Object, Iterable<?>> fn;

  FlatMapLink(Fn<Object, Iterable<?>> fn) {
    this.fn = fn;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Iterator<?> made;
    try {
      made = fn.apply(value).iterator();
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    while (!chain.isDone()) {
      Object each;
      try {
        if (!made.hasNext()) return;
        each = made.next();
        if (each == null) throw new NullPointerException("flatMap made null of an element; an element is never null");
      } catch (Exception thrown) {
        throw chain.failed(step, this, value, t, w, thrown);
      }
      next.push(each, t, w);
    }
  }
}
