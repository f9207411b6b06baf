package stage.runtime.pipeline;

import java.util.concurrent.atomic.AtomicIntegerArray;
import stage.api.Dispatcher;
import stage.runtime.bridge.EndingPartitions;
import stage.runtime.pipeline.operator.Keys;

/**
 * The routes of one stage: an event for a route whose consumer has ended is for nobody. A stage that has emitted all
 * waits until its events are delivered, so it must be told when that cannot be: by the one that comes second, the stage
 * that completes or the consumer that ends. Any thread; each flag is set once, and reads of the atomic array see it.
 */
final class Routes implements Dispatcher.IndexFunction<Object>, EndingPartitions {
  private static final int OPEN = 0;
  private static final int CLOSED = 1;

  private final AtomicIntegerArray flags;   // of each route, and behind them whether the stage has completed
  private final int count;
  private final boolean isByKey;

  /**
   * Has the stage look again how much it may emit. Volatile: set by the stage's thread when an incarnation starts, run
   * by the consumers'; one that comes before it is set finds nothing that the stage could have held back.
   */
  private volatile Runnable nudge = () -> {};

  /**
   * All open.
   *
   * @param count how many
   * @param isByKey whether the consumers share keys out by their hashes
   */
  Routes(int count, boolean isByKey) {
    this.count = count;
    this.isByKey = isByKey;
    this.flags = new AtomicIntegerArray(count + 1);
  }

  @Override
  public int indexOf(Object event) {
    int route = ((Envelope) event).route();
    if (isByKey) route = Keys.worker(Keys.bucket(route), count);
    return hasEnded(route) ? NOBODY : route;
  }

  @Override
  public boolean hasEnded(int route) {
    return flags.get(route) == CLOSED;
  }

  void onClosed(Runnable nudge) {
    this.nudge = nudge;
  }

  /** The consumer of a route has ended. Returns whether the stage had completed before. */
  boolean close(int route) {
    flags.set(route, CLOSED);
    nudge.run();   // what waits for this route may have held up the others
    return flags.get(count) == CLOSED;
  }

  /** The stage has completed. Returns whether a route was closed before. */
  boolean complete() {
    if (flags.getAndSet(count, CLOSED) == CLOSED) return false;
    for (int route = 0; route < count; route++) if (flags.get(route) == CLOSED) return true;
    return false;
  }
}
