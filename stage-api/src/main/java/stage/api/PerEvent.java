package stage.api;

import java.util.List;
import java.util.Objects;

/**
 * The behaviour of a stage that handles each event in a virtual thread of its own. The engine knows it and runs the threads; see
 * {@link Stage#perEvent}.
 *
 * @param concurrency how many events are handled at once, at most
 * @param handler handles an event
 * @param <I> the events it consumes
 */
public record PerEvent<I>(int concurrency, EventHandler<I> handler) implements Stage.Consumer<I> {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code concurrency} is below 1
   */
  public PerEvent {
    if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, but was " + concurrency);
    Objects.requireNonNull(handler, "handler must not be null");
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from) {
    throw new UnsupportedOperationException("the engine hands each event to a thread of its own");
  }
}
