package stage.runtime.flow;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Collector;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageKilledException;
import stage.api.StopReason;
import stage.api.internal.Description;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BridgeResource;

/**
 * A consumer that collects its events.
 *
 * @param <I> the events
 * @param <A> the collector's container
 * @param <R> the result
 */
final class CollectorBehaviour<I, A, R> implements Stage.Consumer<I> {
  /** The container, which all incarnations fill, and who waits for what comes of it. */
  private static final class Container<I, A, R> implements BridgeResource {
    private final Collector<? super I, A, ? extends R> collector;
    private final CompletableFuture<R> result;
    private final String path;
    private final A filled;
    // threads that are in the accumulator: the stage's, and one that was replaced there
    private final AtomicInteger filling = new AtomicInteger();

    Container(Description.Collecting<I, A, R> described, BridgeContext context) {
      this.collector = described.collector();
      this.result = described.result();
      this.path = context.path();
      try {
        this.filled = collector.supplier().get();
      } catch (Throwable failure) {
        result.completeExceptionally(failure);
        throw failure;
      }
      // if someone else was first; else it has ended anyway
      result.whenComplete((collected, failure) -> context.stop());
    }

    /**
     * An incarnation begins. The one before it may have left its thread behind in the accumulator: that thread goes on
     * with the container, and what it has put there comes again. That thread counts itself before it looks whether it
     * is still the stage's; this one became the stage's before it looks at the count. Both are volatile.
     */
    void begin() {
      if (filling.get() != 0) result.completeExceptionally(new StageKilledException("stage " + path
          + " was killed in its accumulator, which did not return, so what it has collected is not reliable"));
    }

    @Override
    public void over(StopReason reason) {
      switch (reason) {
        case StopReason.Completed completed -> finish();
        case StopReason.Crashed(var cause) -> result.completeExceptionally(cause);
        case StopReason.ProducerFailed(var producer, var cause) -> result.completeExceptionally(cause);
        case StopReason.Stopped stopped ->
            result.completeExceptionally(
                new CancellationException("stage " + path + " was stopped before it had collected everything"));
        case StopReason.Replaced replaced -> throw new IllegalStateException(
            "a replaced behaviour does not end a stage");
        case StopReason.GroupRestart restarted -> throw new IllegalStateException(
            "a group restart does not end a stage");
      }
    }

    private void finish() {
      try {
        result.complete(collector.finisher().apply(filled));
      } catch (Throwable failure) {
        result.completeExceptionally(failure);
      }
    }
  }

  private final Description.Collecting<I, A, R> described;
  private Container<I, A, R> container;
  private BridgeContext context;

  private CollectorBehaviour(Description.Collecting<I, A, R> described) {
    this.described = described;
  }

  static <I, A, R> CollectorBehaviour<I, A, R> by(Description.Collecting<I, A, R> described) {
    return new CollectorBehaviour<>(described);
  }

  @Override
  public void onStart(StageContext context) {
    var bridge = BridgeContext.of(context);
    container = bridge.kept(() -> new Container<>(described, bridge));
    container.begin();
    this.context = bridge;
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from) {
    BiConsumer<A, ? super I> accumulator = container.collector.accumulator();
    int collected = 0;
    container.filling.getAndIncrement();   // volatile, before isCurrent; see begin
    try {
      if (!context.isCurrent()) return;
      for (; collected < events.size(); collected++) accumulator.accept(container.filled, events.get(collected));
    } finally {
      container.filling.getAndDecrement();
      from.commit(collected);   // what is in the container is not to get there twice, however this turn ends
    }
  }
}
