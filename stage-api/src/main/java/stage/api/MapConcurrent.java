package stage.api;

import java.util.List;
import java.util.Objects;

/**
 * The behaviour of a stage that makes of each event another one, in a virtual thread of its own. The engine knows it and runs the threads;
 * see {@link Stage#mapConcurrent}.
 *
 * @param concurrency how many events are worked on at once, at most
 * @param isOrdered whether results are emitted in the order of their events; if not, as they come
 * @param function makes an event of another
 * @param <I> the events it consumes
 * @param <O> the events it emits
 */
public record MapConcurrent<I, O>(int concurrency, boolean isOrdered, EventFunction<I, O> function) implements Stage.ProducerConsumer<I, O> {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code concurrency} is below 1
   */
  public MapConcurrent {
    if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, but was " + concurrency);
    Objects.requireNonNull(function, "function must not be null");
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from, Outlet<O> out) {
    throw new UnsupportedOperationException("the engine hands each event to a thread of its own");
  }
}
