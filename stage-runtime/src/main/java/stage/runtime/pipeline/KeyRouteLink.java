package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.Keys;

/**
 * The last link of a run whose elements are shared out among workers by a key: says which worker it is, and lets the
 * key travel with the element.
 */
final class KeyRouteLink extends Link {
  private final Fn<Object, Object> key;

  KeyRouteLink(Fn<Object, Object> key) {
    this.key = key;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  RunSteps fused(RunSteps before) {
    return before.by(key, false).to(RunSteps.End.ROUTE, null);
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its;
    int hash;
    try {
      its = Objects.requireNonNull(key.apply(value), "the key of an element must not be null");
      hash = Keys.hash(its);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.stage(Envelope.of(chain.outgoing(value), its, t, w, hash));
  }
}
