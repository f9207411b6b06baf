package stage.api.internal;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collector;

/** What the engine makes a behaviour of. */
public sealed interface Description {
  /**
   * It emits the events of a publisher.
   *
   * @param publisher the publisher
   * @param <O> the events
   */
  record FromPublisher<O>(Flow.Publisher<? extends O> publisher) implements Description {
    /** Checks that there is a publisher. */
    public FromPublisher {
      Objects.requireNonNull(publisher, "publisher must not be null");
    }
  }

  /**
   * It hands its events to a subscriber.
   *
   * @param <I> the events
   */
  final class ToSubscriber<I> implements Description {
    private final AtomicReference<Flow.Subscriber<? super I>> subscriber;

    /**
     * Says where the events go.
     *
     * @param subscriber the subscriber
     */
    public ToSubscriber(Flow.Subscriber<? super I> subscriber) {
      this.subscriber = new AtomicReference<>(Objects.requireNonNull(subscriber, "subscriber must not be null"));
    }

    /**
     * {@return the subscriber, and forgets it} What describes the stage is kept for as long as its scope, and must not
     * keep the subscriber so long (rule 3.13).
     *
     * @throws IllegalStateException the second time: a subscriber is subscribed once only (2.12)
     */
    public Flow.Subscriber<? super I> take() {
      Flow.Subscriber<? super I> taken = subscriber.getAndSet(null);
      if (taken == null) {
        throw new IllegalStateException(
            "a stage made of a subscriber can be started once only (Reactive Streams rule 2.12);"
            + " make a new one of a new subscriber");
      }
      return taken;
    }
  }

  /**
   * It collects its events in a container that survives restarts.
   *
   * @param collector what to do with the events
   * @param result what is completed when the stage ends
   * @param <I> the events
   * @param <A> the collector's container
   * @param <R> the result
   */
  record Collecting<I, A, R>(Collector<? super I, A, ? extends R> collector, CompletableFuture<R> result)
      implements Description {
    /** Checks that nothing is missing. */
    public Collecting {
      Objects.requireNonNull(collector, "collector must not be null; use one of java.util.stream.Collectors");
      Objects.requireNonNull(result, "result must not be null; pass a new CompletableFuture");
    }
  }

  /**
   * It handles each event in a virtual thread of its own.
   *
   * @param concurrency how many events are handled at once, at most
   * @param handler handles an event: a {@code stage.api.EventHandler}
   */
  record PerEvent(int concurrency, Object handler) implements Description {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if {@code concurrency} is below 1
     */
    public PerEvent {
      ensureConcurrency(concurrency);
      Objects.requireNonNull(handler, "handler must not be null");
    }
  }

  /**
   * It turns each event into another one, in a virtual thread of its own.
   *
   * @param concurrency how many events are worked on at once, at most
   * @param isOrdered whether results are emitted in the order of their events; if not, as they come
   * @param function turns an event into another: a {@code stage.api.EventFunction}
   */
  record MapConcurrent(int concurrency, boolean isOrdered, Object function) implements Description {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if {@code concurrency} is below 1
     */
    public MapConcurrent {
      ensureConcurrency(concurrency);
      Objects.requireNonNull(function, "function must not be null");
    }
  }

  private static void ensureConcurrency(int concurrency) {
    if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, but was " + concurrency);
  }
}
