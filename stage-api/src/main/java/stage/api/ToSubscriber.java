package stage.api;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;

/**
 * Says of a stage that it hands its events to a subscriber. The engine runs another behaviour in its place; see
 * {@link Stage#consumer(String, Flow.Subscriber, Void...)}.
 *
 * @param subscriber the subscriber
 * @param <I> the events
 */
public record ToSubscriber<I>(Flow.Subscriber<? super I> subscriber) implements Stage.Consumer<I> {
  /** Checks that there is a subscriber. */
  public ToSubscriber {
    Objects.requireNonNull(subscriber, "subscriber must not be null");
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from) {
    throw new UnsupportedOperationException("the engine signals the subscriber itself");
  }
}
