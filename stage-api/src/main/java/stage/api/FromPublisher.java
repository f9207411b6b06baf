package stage.api;

import java.util.Objects;
import java.util.concurrent.Flow;

/**
 * Marks a stage that emits the events of a publisher. The engine runs a behaviour of its own in its place, which subscribes; see
 * {@link Stage#fromPublisher}.
 *
 * @param publisher the publisher
 * @param <O> the events
 */
public record FromPublisher<O>(Flow.Publisher<? extends O> publisher) implements Stage.Producer<O> {
  /** Checks that there is a publisher. */
  public FromPublisher {
    Objects.requireNonNull(publisher, "publisher must not be null");
  }

  @Override
  public void onDemand(long demand, Outlet<O> out) {
    throw new UnsupportedOperationException("the engine subscribes to the publisher itself");
  }
}
