package stage.api;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Marks a stage that hands its events to a subscriber. The engine runs a behaviour of its own in its place; see
 * {@link Stage#toSubscriber}.
 *
 * @param <I> the events
 */
public final class ToSubscriber<I> implements Stage.Consumer<I> {
  private final AtomicReference<Flow.Subscriber<? super I>> subscriber;

  /**
   * Says to whom the events go.
   *
   * @param subscriber the subscriber
   */
  public ToSubscriber(Flow.Subscriber<? super I> subscriber) {
    this.subscriber = new AtomicReference<>(Objects.requireNonNull(subscriber, "subscriber must not be null"));
  }

  /**
   * {@return the subscriber, and forgets it} What describes the stage is kept for as long as its scope, and must not keep the subscriber so long (rule 3.13).
   *
   * @throws IllegalStateException the second time: a subscriber is subscribed once only (2.12)
   */
  public Flow.Subscriber<? super I> take() {
    Flow.Subscriber<? super I> taken = subscriber.getAndSet(null);
    if (taken == null) throw new IllegalStateException("a stage made of a subscriber can be started once only (Reactive Streams rule 2.12); make a new one of a new subscriber");
    return taken;
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from) {
    throw new UnsupportedOperationException("the engine signals the subscriber itself");
  }
}
