package stage.runtime.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.supervision.Supervisor;

/**
 * A consumer in the hands of a test: it asks for what it is told to, and keeps what comes. In a simulation and in real time alike.
 *
 * <p>All methods may wait, up to 3 seconds (of simulated time in a simulation), and fail the test with an {@link AssertionError} after that. They are for
 * one thread, outside of any stage.
 *
 * @param <E> the events
 */
public final class ConsumerProbe<E> {
  /** Keeps what comes. */
  private static final class Keeper<E> implements Stage.Consumer<E> {
    private final Queue<E> events;
    private Inlet<E> from;   // on the stage's own thread

    Keeper(Queue<E> events) {
      this.events = events;
    }

    @Override
    public void onSubscribe(Inlet<E> to) {
      from = to;
    }

    @Override
    public void onEvents(List<E> batch, Inlet<E> inlet) {
      events.addAll(batch);
    }
  }

  private final ConsumerRef<E, Keeper<E>> ref;
  private final Queue<E> events;

  private ConsumerProbe(ConsumerRef<E, Keeper<E>> ref, Queue<E> events) {
    this.ref = ref;
    this.events = events;
  }

  /**
   * {@return a probe, started in a scope and subscribed, that has asked for nothing}
   *
   * @param scope where
   * @param name of its stage
   * @param producer to whom
   * @param <E> the events
   */
  public static <E> ConsumerProbe<E> start(Supervisor scope, String name, ProducerRef<? extends E, ?> producer) {
    Objects.requireNonNull(scope, "scope must not be null");
    Queue<E> events = new ConcurrentLinkedQueue<>();
    Waiting.here().spare(scope, name);
    // Temporary: a producer that fails is the end of the probe, and not of the scope.
    var spec = Stage.<E, Keeper<E>>consumer(name, () -> new Keeper<>(events)).withRestart(Restart.TEMPORARY).subscribeTo(producer, Demand.byHand());
    return new ConsumerProbe<>(scope.start(spec), events);
  }

  /**
   * Asks for more events.
   *
   * @param count how many, at least 1
   * @return this
   * @throws IllegalArgumentException if {@code count} is below 1
   * @throws stage.api.StageEnded if the stage has ended
   * @throws InterruptedException if interrupted while waiting
   */
  public ConsumerProbe<E> request(long count) throws InterruptedException {
    if (count < 1) throw new IllegalArgumentException("count must be at least 1, but was " + count);
    ref.cast(keeper -> keeper.from.request(count));
    return this;
  }

  /**
   * {@return the next event, once it is there}
   *
   * @throws AssertionError if none comes in time
   * @throws InterruptedException if interrupted while waiting
   */
  public E expectNext() throws InterruptedException {
    Waiting.here().expect(() -> !events.isEmpty(), ProducerProbe.LIMIT, () -> "expected an event, but none came; " + standing());
    return events.poll();
  }

  /**
   * Waits for events, which must be these, in this order.
   *
   * @param expected which
   * @return this
   * @throws AssertionError if others come, or too few in time
   * @throws InterruptedException if interrupted while waiting
   */
  @SafeVarargs
  public final ConsumerProbe<E> expectNext(E... expected) throws InterruptedException {
    List<E> wanted = new ArrayList<>();
    for (E each : expected) wanted.add(each);
    List<E> came = new ArrayList<>();
    for (E each : wanted) {
      if (!Waiting.here().until(() -> !events.isEmpty(), ProducerProbe.LIMIT)) {
        throw new AssertionError("expected " + wanted + ", but only " + came + " came; " + standing());
      }
      E event = events.poll();
      came.add(event);
      if (!each.equals(event)) throw new AssertionError("expected " + wanted + ", but " + came + " came");
    }
    return this;
  }

  /**
   * Waits for so long, in which no event may come that was not taken yet.
   *
   * @param period how long
   * @return this
   * @throws AssertionError if one comes
   * @throws InterruptedException if interrupted while waiting
   */
  public ConsumerProbe<E> expectNoEvent(Duration period) throws InterruptedException {
    if (Waiting.here().until(() -> !events.isEmpty(), period)) {
      throw new AssertionError("expected no event for " + period.toMillis() + " ms, but " + events.peek() + " came");
    }
    return this;
  }

  /**
   * Waits until the subscription has completed, before which no event may come that was not taken.
   *
   * @throws AssertionError if an event comes, the subscription fails, or neither happens in time
   * @throws InterruptedException if interrupted while waiting
   */
  public void expectComplete() throws InterruptedException {
    StopReason reason = end("completion");
    if (!(reason instanceof StopReason.Completed)) throw new AssertionError("expected completion, but the end was: " + reason);
  }

  /**
   * {@return why the subscription has failed, once it has}
   *
   * @throws AssertionError if an event comes, the subscription completes, or neither happens in time
   * @throws InterruptedException if interrupted while waiting
   */
  public Throwable expectFailure() throws InterruptedException {
    StopReason reason = end("a failure");
    if (reason instanceof StopReason.ProducerFailed(String producer, Throwable cause)) return cause;
    throw new AssertionError("expected a failure, but the end was: " + reason);
  }

  private StopReason end(String what) throws InterruptedException {
    Waiting.here().expect(() -> !events.isEmpty() || !ref.isAlive(), ProducerProbe.LIMIT, () -> "expected " + what + ", but there was no end; " + standing());
    if (!events.isEmpty()) throw new AssertionError("expected " + what + ", but " + events.peek() + " came");
    return ref.join();
  }

  /** Cancels the subscription, and ends. */
  public void cancel() {
    ref.stop();
  }

  private String standing() {
    StageSnapshot snapshot = ref.snapshot();
    return ref.path() + " is " + snapshot.status() + ", and its subscription: " + snapshot.inputs();
  }
}
