package stage.api;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * A handle to a running stage that collects its events.
 *
 * @param stage the stage
 * @param result what is collected: completed, on the stage's thread, when the last subscription has completed;
 *     exceptionally with the cause if the stage fails or the collector's finisher throws, with
 *     {@link java.util.concurrent.CancellationException} if it is stopped, with {@link StageKilledException} if it is
 *     killed in its accumulator and that does not return, since it may still change the container. If someone else
 *     completes it first, cancels it or lets it time out, the stage is stopped
 * @param <I> the events
 * @param <R> the result
 * @since 0.1
 */
public record CollectorRef<I, R>(ConsumerRef<I, Stage.Consumer<I>> stage, CompletableFuture<R> result) {
  /** Checks that nothing is missing. */
  public CollectorRef {
    Objects.requireNonNull(stage, "stage must not be null");
    Objects.requireNonNull(result, "result must not be null");
  }

  /**
   * Subscribes to one more producer while running; see {@link ConsumerRef#subscribeTo(Subscribable)}.
   *
   * @param source a producer, or a subscription to one
   * @return this handle
   * @throws SubscriptionRefusedException as {@link ConsumerRef#subscribeTo(Subscribable)}
   */
  public CollectorRef<I, R> subscribeTo(Subscribable<? extends I> source) {
    stage.subscribeTo(source);
    return this;
  }
}
