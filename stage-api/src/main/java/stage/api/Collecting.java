package stage.api;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collector;

/**
 * Marks a stage that collects its events. The engine runs a behaviour of its own in its place, whose container survives restarts; see
 * {@link Stage#collect(String, Subscribable, Collector)}.
 *
 * @param collector what to do with the events
 * @param result what is completed when the stage ends
 * @param <I> the events
 * @param <A> the collector's container
 * @param <R> the result
 */
public record Collecting<I, A, R>(Collector<? super I, A, ? extends R> collector, CompletableFuture<R> result) implements Stage.Consumer<I> {
  /** Checks that nothing is missing. */
  public Collecting {
    Objects.requireNonNull(collector, "collector must not be null; use one of java.util.stream.Collectors");
    Objects.requireNonNull(result, "result must not be null; pass a new CompletableFuture");
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from) {
    throw new UnsupportedOperationException("the engine collects the events itself");
  }
}
