package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.Fn;

/**
 * The last link of a run whose elements are shared out among workers by a key: says which worker it is, and lets the
 * key travel with the element.
 */
final class KeyRouteLink extends Link {
  private static final int BUCKETS = 1024;

  private final Fn<Object, Object> key;
  private final int workers;

  KeyRouteLink(Fn<Object, Object> key, int workers) {
    this.key = key;
    this.workers = workers;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its;
    int worker;
    try {
      its = Objects.requireNonNull(key.apply(value), "the key of an element is never null");
      worker = workerOf(its, workers);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.stage(new Envelope(value, its, t, w, worker));
  }

  /**
   * Keys are put into buckets, and buckets are shared out evenly: so there could be more workers some day, and whole
   * buckets would move.
   */
  static int workerOf(Object key, int workers) {
    int h = key.hashCode();
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    h ^= h >>> 16;   // the finalizer of MurmurHash3
    return (h & BUCKETS - 1) * workers >>> 10;
  }
}
