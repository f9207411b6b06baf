package stage.runtime.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Supervisor;

/**
 * A consumer that a test controls: it asks for what it is told to, and keeps what comes. Works in a simulation and in
 * real time.
 *
 * <p>Its methods wait up to 3 seconds (of simulated time in a simulation), or as long as {@link #within} says, and then
 * fail the test with an {@link AssertionError}. They are for one thread, outside of any stage.
 *
 * @param <E> the events
 * @since 0.1
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
  private Duration limit = ProducerProbe.LIMIT;

  private ConsumerProbe(ConsumerRef<E, Keeper<E>> ref, Queue<E> events) {
    this.ref = ref;
    this.events = events;
  }

  /**
   * {@return a probe, started in a scope and subscribed, that has not asked for anything yet}
   *
   * @param scope the scope to start it in
   * @param name the name of its stage
   * @param producer the producer to subscribe to
   * @param <E> the events
   */
  public static <E> ConsumerProbe<E> start(Supervisor scope, String name, ProducerRef<? extends E, ?> producer) {
    Objects.requireNonNull(scope, "scope must not be null");
    Queue<E> events = new ConcurrentLinkedQueue<>();
    Awaiter.here().spare(scope, name);
    // Temporary: a producer that fails is the end of the probe, and not of the scope.
    var spec = Stage.consumer(name, producer, () -> new Keeper<>(events)).withRestart(Restart.TEMPORARY)
        .withDemand(Demand.manual());
    return new ConsumerProbe<>(Awaiter.here().ensureInside(scope.start(spec)), events);
  }

  /**
   * Sets how long each call waits from now on, instead of 3 seconds.
   *
   * @param limit how long, not negative
   * @return this
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public ConsumerProbe<E> within(Duration limit) {
    this.limit = ProducerProbe.checked("limit", limit);
    return this;
  }

  /**
   * Asks for more events.
   *
   * @param count how many, at least 1
   * @return this
   * @throws IllegalArgumentException if {@code count} is below 1
   * @throws stage.api.StageEndedException if the stage has ended
   * @throws InterruptedException if interrupted while waiting
   */
  public ConsumerProbe<E> request(long count) throws InterruptedException {
    if (count < 1) throw new IllegalArgumentException("count must be at least 1, but was " + count);
    Awaiter.here().note(ref.name() + ": asks for " + count);
    ref.cast(keeper -> keeper.from.request(count));
    return this;
  }

  /**
   * Asks for one more event, and waits for it.
   *
   * @return the event
   * @throws AssertionError if none comes in time
   * @throws InterruptedException if interrupted while waiting
   */
  public E requestNext() throws InterruptedException {
    return request(1).expectNext();
  }

  /**
   * {@return the next event, once it is there}
   *
   * @throws AssertionError if none comes in time, or the subscription ends before
   * @throws InterruptedException if interrupted while waiting
   */
  public E expectNext() throws InterruptedException {
    return next(() -> "expected an event, but none came");
  }

  /**
   * Waits for events, which must be these, in this order.
   *
   * @param expected the events
   * @return this
   * @throws AssertionError if others come, or too few in time, or the subscription ends before
   * @throws InterruptedException if interrupted while waiting
   */
  @SafeVarargs
  public final ConsumerProbe<E> expectNext(E... expected) throws InterruptedException {
    List<E> wanted = new ArrayList<>();
    for (E each : expected)
      wanted.add(Objects.requireNonNull(each, "expected must not contain null, for an event is never null"));
    List<E> came = new ArrayList<>();
    for (E each : wanted) {
      came.add(next(() -> "expected " + wanted + ", but only " + came + " came"));
      if (!each.equals(came.getLast())) throw failure("expected " + wanted + ", but " + came + " came", null);
    }
    return this;
  }

  /**
   * {@return the next {@code count} events, once they are there} For events that have no order among them, or are too
   * many to write down.
   *
   * @param count how many, at least 1
   * @throws AssertionError if too few come in time, or the subscription ends before
   * @throws InterruptedException if interrupted while waiting
   */
  public List<E> expectNextCount(int count) throws InterruptedException {
    if (count < 1) throw new IllegalArgumentException("count must be at least 1, but was " + count);
    List<E> came = new ArrayList<>();
    while (came.size() < count)
      came.add(next(() -> "expected " + count + " events, but only " + came.size() + " came, " + came));
    return came;
  }

  private E next(Supplier<String> otherwise) throws InterruptedException {
    boolean isInTime = Awaiter.here().until(() -> !events.isEmpty() || !ref.isAlive(), limit);
    E event = events.poll();
    if (event == null && isInTime) throw endedInstead(otherwise.get());
    if (event == null) throw failure(otherwise.get() + " within " + limit.toMillis() + " ms; " + standing(), null);
    Awaiter.here().note(ref.name() + ": has got " + event);
    return event;
  }

  /**
   * Waits for the whole period, in which no event may come beyond those already expected.
   *
   * @param period how long, not negative
   * @return this
   * @throws AssertionError if one comes
   * @throws InterruptedException if interrupted while waiting
   */
  public ConsumerProbe<E> expectNoEvent(Duration period) throws InterruptedException {
    ProducerProbe.checked("period", period);
    if (Awaiter.here().until(() -> !events.isEmpty(), period)) {
      throw failure("expected no event for " + period.toMillis() + " ms, but " + events.peek() + " came", null);
    }
    return this;
  }

  /**
   * Waits until the subscription has completed; no event may come before that.
   *
   * @throws AssertionError if an event comes, the subscription fails, or neither happens in time
   * @throws InterruptedException if interrupted while waiting
   */
  public void expectComplete() throws InterruptedException {
    if (!(end("completion") instanceof StopReason.Completed)) throw endedInstead("expected completion");
  }

  /**
   * {@return why the subscription has failed, once it has}
   *
   * @throws AssertionError if an event comes, the subscription completes, or neither happens in time
   * @throws InterruptedException if interrupted while waiting
   */
  public Throwable expectFailure() throws InterruptedException {
    if (end("a failure") instanceof StopReason.ProducerFailed(String producer, Throwable cause)) return cause;
    throw endedInstead("expected a failure");
  }

  /**
   * {@return why the subscription has failed, once it has; an exception of the given type}
   *
   * @param type the type of the failure
   * @param <T> the type of the failure
   * @throws AssertionError if an event comes, the subscription completes or fails in another way, or none of these
   *     happens in time
   * @throws InterruptedException if interrupted while waiting
   */
  public <T extends Throwable> T expectFailure(Class<T> type) throws InterruptedException {
    Objects.requireNonNull(type, "type must not be null");
    Throwable cause = expectFailure();
    if (type.isInstance(cause)) return type.cast(cause);
    throw failure("expected a failure by " + type.getName() + ", but it was by " + cause, cause);
  }

  private StopReason end(String what) throws InterruptedException {
    boolean isInTime = Awaiter.here().until(() -> !events.isEmpty() || !ref.isAlive(), limit);
    if (!events.isEmpty()) throw failure("expected " + what + ", but " + events.peek() + " came", null);
    if (!isInTime)
      throw failure("expected " + what + ", but there was no end within " + limit.toMillis() + " ms; " + standing(),
          null);
    return ref.join();
  }

  /** Cancels the subscription and ends the probe's stage. Returns at once. */
  public void cancel() {
    Awaiter.here().note(ref.name() + ": cancels");
    ref.stop();
  }

  private AssertionError failure(String message, Throwable cause) {
    return Awaiter.here().failure(ref.name() + ": " + message, cause);
  }

  /** {@return what to throw when there was an end} */
  private AssertionError endedInstead(String message) throws InterruptedException {
    StopReason reason = ref.join();
    return switch (reason) {
      case StopReason.Completed completed -> failure(message + ": the subscription has completed", null);
    case StopReason.ProducerFailed(String producer, Throwable cause) -> failure(
        message + ": the subscription has failed, as " + producer + " has, by " + cause, cause);
    case StopReason.Stopped stopped -> failure(
        message + ": the subscription was cancelled, by this probe or because its scope closes", null);
      default -> failure(message + ": the end was " + reason, null);
    };
  }

  /** {@return how far the subscription has come} */
  private String standing() {
    List<SubscriptionSnapshot> inputs = ref.snapshot().inputs();
    if (inputs.isEmpty()) return ref.path() + " has no subscription";
    SubscriptionSnapshot input = inputs.getFirst();
    if (input.requested() == 0) return "nothing was asked for; call request(n) first";
    if (input.outstanding() == 0)
      return "all " + input.requested() + " that were asked for have come; call request(n) for more";
    return "of " + input.requested() + " asked for, " + input.producer() + " has sent " + input.sent();
  }
}
