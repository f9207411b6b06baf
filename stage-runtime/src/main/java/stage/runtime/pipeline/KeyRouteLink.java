package stage.runtime.pipeline;

import java.time.Instant;
import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.Keys;

/**
 * The last link of a run whose elements are shared out among workers by a key: says which worker it is, and lets the
 * key travel with the element.
 */
final class KeyRouteLink extends Link {
  private final Fn<Object, Object> key;
  private final int workers;

  KeyRouteLink(Fn<Object, Object> key, int workers) {
    this.key = key;
    this.workers = workers;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  RunSteps fused(LoopSteps loop, Fn<Object, Instant> time, boolean isEnveloped) {
    return new RunSteps(loop, time, key, isEnveloped, false, RunSteps.End.ROUTE, null, workers);
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its;
    int worker;
    try {
      its = Objects.requireNonNull(key.apply(value), "the key of an element is never null");
      worker = Keys.worker(Keys.bucket(Keys.hash(its)), workers);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.stage(new Envelope(chain.outgoing(value), its, t, w, worker));
  }
}
