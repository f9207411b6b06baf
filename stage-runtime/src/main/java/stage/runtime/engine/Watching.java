package stage.runtime.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether somebody watches the cells of a scope, so that they read the clock more often than they need it themselves.
 */
public final class Watching {
  private final AtomicInteger watchers = new AtomicInteger();   // any thread

  /** Makes one that nobody watches. */
  public Watching() {}

  /** {@return whether somebody watches} Opaque: to notice it some turns late does no harm, and orders nothing. */
  boolean isOn() {
    return watchers.getOpaque() > 0;
  }

  /** Another one watches. */
  public void begin() {
    watchers.incrementAndGet();
  }

  /** One of them watches no longer. */
  public void end() {
    watchers.decrementAndGet();
  }
}
