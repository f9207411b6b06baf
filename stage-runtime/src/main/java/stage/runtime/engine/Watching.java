package stage.runtime.engine;

import java.util.concurrent.atomic.AtomicInteger;
import stage.runtime.time.Probe;

/**
 * Whether a scope is watched, so that its cells read the clock more often than they need it themselves.
 */
public final class Watching {
  private final AtomicInteger watchers = new AtomicInteger();   // any thread
  private volatile Probe probe;   // one that watches; read by the cells' threads, while somebody does

  /** Makes one that nobody watches. */
  public Watching() {}

  /** {@return whether the scope is watched} Opaque: to notice it some turns late does no harm, and orders nothing. */
  boolean isOn() {
    return watchers.getOpaque() > 0;
  }

  /** Another one watches. */
  public void begin() {
    watchers.incrementAndGet();
  }

  /** {@return the probe that is told of each turn and wait; null if there is none} */
  Probe probe() {
    return probe;
  }

  /**
   * Sets what is told of each turn and wait while the scope is watched.
   *
   * @param told who; null for nobody
   */
  public void probe(Probe told) {
    probe = told;
  }

  /** One of them watches no longer. */
  public void end() {
    watchers.decrementAndGet();
  }
}
