package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.Fn;

/** The last link of a run whose elements travel with their keys to one stage. */
final class KeyTagLink extends Link {
  private final Fn<Object, Object> key;

  KeyTagLink(Fn<Object, Object> key) {
    this.key = key;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its;
    try {
      its = Objects.requireNonNull(key.apply(value), "the key of an element must not be null");
      its.hashCode();   // the stage behind this one may not fail on it
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.stage(Envelope.of(chain.outgoing(value), its, t, w, 0));
  }
}
