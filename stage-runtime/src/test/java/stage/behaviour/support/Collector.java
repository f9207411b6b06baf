package stage.behaviour.support;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;

/** Keeps what it is given: every batch, and from whom. To be asked on its own thread, or after its end. */
public final class Collector<E> implements Stage.Consumer<E> {
  /** All events, in order. */
  public final List<E> events = new ArrayList<>();
  /** The batches as they came. */
  public final List<List<E>> batches = new ArrayList<>();
  /** The producer of each batch. */
  public final List<String> producers = new ArrayList<>();
  /** What was outstanding when each batch came, itself included. */
  public final List<Long> outstanding = new ArrayList<>();
  /** The subscription that delivered last. */
  public Inlet<E> inlet;
  /** Whether onComplete was called, and how often. */
  public int completions;
  /** Open once it has stopped. */
  public final CountDownLatch stopped = new CountDownLatch(1);
  /** Why it stopped. */
  public volatile StopReason reason;

  @Override
  public void onEvents(List<E> batch, Inlet<E> from) {
    inlet = from;
    batches.add(batch);
    producers.add(from.producer());
    outstanding.add(from.outstanding());
    events.addAll(batch);
  }

  @Override
  public void onComplete() {
    completions++;
  }

  @Override
  public void onStop(StopReason reason) {
    this.reason = reason;
    stopped.countDown();
  }

  /** {@return how many events it has} */
  public int count() {
    return events.size();
  }
}
