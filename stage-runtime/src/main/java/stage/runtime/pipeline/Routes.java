package stage.runtime.pipeline;

import java.util.concurrent.atomic.AtomicIntegerArray;
import stage.api.Dispatcher;

/**
 * The routes of one stage: an event for a route whose consumer has ended is for nobody. A stage that has emitted all
 * waits until its events are delivered, so it must be told when that cannot be: by whoever is second, the stage that
 * completes or the consumer that ends. Any thread; each flag is set once, and reads of the atomic array see it.
 */
final class Routes {
  private static final int OPEN = 0;
  private static final int CLOSED = 1;

  private final AtomicIntegerArray flags;   // of each route, and behind them whether the stage has completed
  private final int count;

  Routes(int count) {
    this.count = count;
    this.flags = new AtomicIntegerArray(count + 1);
  }

  /** {@return the number of an event's route} */
  int of(Envelope event) {
    return flags.get(event.route()) == OPEN ? event.route() : Dispatcher.IndexFunction.NOBODY;
  }

  /** The consumer of a route has ended. Answers whether the stage had completed before. */
  boolean close(int route) {
    flags.set(route, CLOSED);
    return flags.get(count) == CLOSED;
  }

  /** The stage has completed. Answers whether a route was closed before. */
  boolean complete() {
    if (flags.getAndSet(count, CLOSED) == CLOSED) return false;
    for (int route = 0; route < count; route++) if (flags.get(route) == CLOSED) return true;
    return false;
  }
}
