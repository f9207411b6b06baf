package stage.behaviour.support;

import java.util.ArrayList;
import java.util.List;
import stage.api.Inlet;
import stage.api.Stage;

/** Asks by hand: for some events when it subscribes, for some after each batch. Keeps what it is given. */
public final class ManualConsumer<E> implements Stage.Consumer<E> {
  /** All events, in order. */
  public final List<E> events = new ArrayList<>();
  /** The subscription; set when it subscribed. */
  public Inlet<E> inlet;

  private final long first;
  private final long next;

  /** Asks for {@code first} events, and for {@code next} more after each batch; 0 is not to ask. */
  public ManualConsumer(long first, long next) {
    this.first = first;
    this.next = next;
  }

  @Override
  public void onSubscribe(Inlet<E> to) {
    inlet = to;
    if (first > 0) to.request(first);
  }

  @Override
  public void onEvents(List<E> batch, Inlet<E> from) {
    events.addAll(batch);
    if (next > 0) from.request(next);
  }

  /** {@return whether it has at least so many events} */
  public boolean count(int atLeast) {
    return events.size() >= atLeast;
  }
}
