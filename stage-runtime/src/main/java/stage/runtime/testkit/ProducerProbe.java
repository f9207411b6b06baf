package stage.runtime.testkit;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Supervisor;

/**
 * A producer in the hands of a test: it emits what it is told to, and says what it was asked for. In a simulation and in real time alike.
 *
 * <p>All methods may wait, up to 3 seconds (of simulated time in a simulation), and fail the test with an {@link AssertionError} after that. They are for
 * one thread, outside of any stage.
 *
 * @param <E> the events
 */
public final class ProducerProbe<E> {
  static final Duration LIMIT = Duration.ofSeconds(3);

  private static final class Emitter<E> implements Stage.Producer<E> {
    @Override
    public void onDemand(long demand, Outlet<E> out) {
      // it emits when it is told to, and not when it is asked
    }
  }

  private final ProducerRef<E, ? extends Stage> ref;
  private final AtomicInteger consumersSeen = new AtomicInteger();

  private ProducerProbe(ProducerRef<E, ? extends Stage> ref) {
    this.ref = ref;
  }

  /**
   * {@return a probe, started in a scope}
   *
   * @param scope where
   * @param name of its stage
   * @param <E> the events
   */
  public static <E> ProducerProbe<E> start(Supervisor scope, String name) {
    return start(scope, name, UnaryOperator.identity());
  }

  /**
   * {@return a probe, started in a scope, whose spec is a special one}
   *
   * @param scope where
   * @param name of its stage
   * @param special gives it a dispatcher, an overflow policy, or the like
   * @param <E> the events
   */
  public static <E> ProducerProbe<E> start(Supervisor scope, String name, UnaryOperator<ProducerSpec<E, Stage.Producer<E>>> special) {
    Objects.requireNonNull(scope, "scope must not be null");
    // Temporary: when it is told to fail, that is its own end and its consumers', and not the scope's.
    ProducerSpec<E, Stage.Producer<E>> spec = Stage.<E, Stage.Producer<E>>producer(name, Emitter::new).withRestart(Restart.TEMPORARY);
    Waiting.here().spare(scope, name);
    return new ProducerProbe<>(scope.start(special.apply(spec)));
  }

  /** {@return what consumers subscribe to} */
  public ProducerRef<E, ? extends Stage> ref() {
    return ref;
  }

  /**
   * Waits for demand, and emits an event.
   *
   * @param event what to emit
   * @return this
   * @throws AssertionError if nobody asks for an event in time
   * @throws InterruptedException if interrupted while waiting
   */
  public ProducerProbe<E> sendNext(E event) throws InterruptedException {
    Objects.requireNonNull(event, "event must not be null");
    expectDemand(1);
    ref.emit(event);
    return this;
  }

  /**
   * Waits until so many events, or more, are asked for that were not sent.
   *
   * @param atLeast how many, at least 1
   * @return how many there are then
   * @throws AssertionError if so many are not asked for in time
   * @throws InterruptedException if interrupted while waiting
   */
  public long expectDemand(long atLeast) throws InterruptedException {
    if (atLeast < 1) throw new IllegalArgumentException("atLeast must be at least 1, but was " + atLeast + "; see expectNoDemand");
    Waiting.here().expect(() -> demand() >= atLeast, LIMIT,
        () -> "expected a demand of " + atLeast + " or more, but there was one of " + demand() + " for " + ref.path());
    return demand();
  }

  /**
   * Waits for so long, in which nothing may be asked for that was not sent.
   *
   * @param period how long
   * @return this
   * @throws AssertionError if something is
   * @throws InterruptedException if interrupted while waiting
   */
  public ProducerProbe<E> expectNoDemand(Duration period) throws InterruptedException {
    if (Waiting.here().until(() -> demand() > 0, period)) {
      throw new AssertionError("expected no demand for " + period.toMillis() + " ms, but there was one of " + demand() + " for " + ref.path());
    }
    return this;
  }

  /**
   * Waits until a consumer that was there has left.
   *
   * @return this
   * @throws AssertionError if none leaves in time
   * @throws InterruptedException if interrupted while waiting
   */
  public ProducerProbe<E> expectCancel() throws InterruptedException {
    Waiting.here().expect(() -> consumers() < consumersSeen.get() || !ref.isAlive(), LIMIT,
        () -> "expected that a subscription to " + ref.path() + " is cancelled, but there are still " + consumers());
    consumersSeen.set(consumers());
    return this;
  }

  /**
   * Completes: what was sent is delivered, and the subscriptions end normally.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  public void complete() throws InterruptedException {
    ref.castEmit((stage, out) -> out.complete());
  }

  /**
   * Fails: what was sent is delivered, and the subscriptions end with the failure.
   *
   * @param cause why
   * @throws InterruptedException if interrupted while waiting
   */
  public void fail(Exception cause) throws InterruptedException {
    Objects.requireNonNull(cause, "cause must not be null");
    ref.cast(stage -> {
      throw cause;
    });
  }

  private long demand() {
    StageSnapshot snapshot = look();
    long least = 0;
    for (SubscriptionSnapshot output : snapshot.outputs()) least = Math.max(least, output.outstanding());
    return Math.max(0, least - snapshot.backlog());
  }

  private int consumers() {
    return look().outputs().size();
  }

  /** Keeps in mind how many consumers there were. */
  private StageSnapshot look() {
    StageSnapshot snapshot = ref.snapshot();
    consumersSeen.accumulateAndGet(snapshot.outputs().size(), Math::max);
    return snapshot;
  }
}
