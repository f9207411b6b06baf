package stage.runtime.testkit;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Supervisor;

/**
 * A producer that a test controls: it emits what it is told to, and says what it was asked for. Works in a simulation
 * and in real time.
 *
 * <p>Its methods wait up to 3 seconds (of simulated time in a simulation), or as long as {@link #within} says, and then
 * fail the test with an {@link AssertionError}. They are for one thread, outside of any stage.
 *
 * @param <E> the events
 * @since 0.1
 */
public final class ProducerProbe<E> {
  static final Duration LIMIT = Duration.ofSeconds(3);

  private static final class Emitter<E> implements Stage.Producer<E> {
    @Override
    public void onDemand(long demand, Outlet<E> out) {
      // it emits when it is told to, and not when it is asked
    }
  }

  private final ProducerRef<E, ? extends Stage.Behaviour> ref;
  private final AtomicInteger consumersSeen = new AtomicInteger();
  private Duration limit = LIMIT;
  private String end = "";   // what it was told, after which nobody is there to ask or to cancel

  private ProducerProbe(ProducerRef<E, ? extends Stage.Behaviour> ref) {
    this.ref = ref;
  }

  /**
   * {@return a probe, started in a scope}
   *
   * @param scope the scope to start it in
   * @param name the name of its stage
   * @param <E> the events
   */
  public static <E> ProducerProbe<E> start(Supervisor scope, String name) {
    return start(scope, name, UnaryOperator.identity());
  }

  /**
   * {@return a probe, started in a scope, with options of its own}
   *
   * @param scope the scope to start it in
   * @param name the name of its stage
   * @param special changes its spec: gives it a dispatcher, an overflow policy, or the like
   * @param <E> the events
   */
  public static <E> ProducerProbe<E> start(Supervisor scope, String name,
      UnaryOperator<ProducerSpec<E, Stage.Producer<E>>> special) {
    Objects.requireNonNull(scope, "scope must not be null");
    Objects.requireNonNull(special, "special must not be null");
    // Temporary: when it is told to fail, that is its own end and its consumers', and not the scope's.
    ProducerSpec<E, Stage.Producer<E>> spec =
        Stage.<E, Stage.Producer<E>>producer(name, Emitter::new).withRestart(Restart.TEMPORARY);
    Awaiter.here().spare(scope, name);
    return new ProducerProbe<>(Awaiter.here().ensureInside(scope.start(special.apply(spec))));
  }

  /** {@return the producer, for consumers to subscribe to} */
  public ProducerRef<E, ? extends Stage.Behaviour> ref() {
    return ref;
  }

  /**
   * Sets how long each call waits from now on, instead of 3 seconds.
   *
   * @param limit how long, not negative
   * @return this
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public ProducerProbe<E> within(Duration limit) {
    this.limit = checked("limit", limit);
    return this;
  }

  static Duration checked(String name, Duration time) {
    Objects.requireNonNull(time, name + " must not be null");
    if (time.isNegative()) throw new IllegalArgumentException(name + " must not be negative, but was " + time);
    return time;
  }

  /**
   * Waits until there is a consumer. Call it before {@link #expectCancel} for a consumer that may leave soon.
   *
   * @return this
   * @throws AssertionError if none subscribes in time
   * @throws InterruptedException if interrupted while waiting
   */
  public ProducerProbe<E> expectSubscription() throws InterruptedException {
    // what was seen once counts: the consumer may have left since
    int[] seen = {0};
    Awaiter.here().until(() -> (seen[0] = consumers()) > 0 || !ref.isAlive(), limit);
    if (seen[0] == 0) throw failure("expected a subscription, but there was none" + soon());
    return this;
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
    Awaiter.here().note(ref.name() + ": sends " + event);
    ref.emit(event);
    return this;
  }

  /**
   * Waits until there is demand for at least this many events: asked for and not yet sent.
   *
   * @param atLeast how many events, at least 1
   * @return how much demand there is then
   * @throws AssertionError if fewer are asked for in time
   * @throws InterruptedException if interrupted while waiting
   */
  public long expectDemand(long atLeast) throws InterruptedException {
    if (atLeast < 1)
      throw new IllegalArgumentException("atLeast must be at least 1, but was " + atLeast + "; see expectNoDemand");
    // what was seen once counts: an event that was on its way to the stage may have been sent since
    long[] seen = {0};
    Awaiter.here().until(() -> (seen[0] = demand()) >= atLeast || !ref.isAlive(), limit);
    if (seen[0] < atLeast)
      throw missing("demand for at least " + atLeast + (atLeast == 1 ? " event" : " events"), asked());
    return seen[0];
  }

  /**
   * Waits for the whole period, in which there must be no demand: nothing that was asked for and not yet sent.
   *
   * @param period how long, not negative
   * @return this
   * @throws AssertionError if there is demand
   * @throws InterruptedException if interrupted while waiting
   */
  public ProducerProbe<E> expectNoDemand(Duration period) throws InterruptedException {
    checked("period", period);
    if (Awaiter.here().until(() -> demand() > 0, period)) {
      throw failure("expected no demand for " + period.toMillis() + " ms, but " + asked());
    }
    return this;
  }

  /**
   * Waits until a consumer has left. Only consumers that the probe has seen count, and it does not see one that comes
   * and leaves between two calls; see {@link #expectSubscription}.
   *
   * @return this
   * @throws AssertionError if none leaves in time, or the probe was told to complete or to fail
   * @throws InterruptedException if interrupted while waiting
   */
  public ProducerProbe<E> expectCancel() throws InterruptedException {
    // what was seen once counts: another consumer may have come since
    boolean[] hasLeft = {false};
    Awaiter.here().until(() -> (hasLeft[0] = consumers() < consumersSeen.get()) || !ref.isAlive(), limit);
    if (!end.isEmpty()) throw failure(
        "expected a cancel, but the probe was told to " + end + ", which ends all subscriptions");
    if (consumersSeen.get() == 0) {
      throw failure("expected a cancel, but no consumer was seen" + soon()
          + "; call expectSubscription() first for one that may leave soon");
    }
    if (!hasLeft[0])
      throw missing("a cancel", "there was none" + waiting());
    consumersSeen.set(consumers());
    return this;
  }

  /**
   * Completes: what was sent is delivered, and the subscriptions end normally.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  public void complete() throws InterruptedException {
    end("complete");
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
    end("fail");
    ref.cast(stage -> {
      throw cause;
    });
  }

  private void end(String how) {
    end = how;
    look();
    Awaiter.here().note(ref.name() + ": is told to " + how);
  }

  private AssertionError failure(String message) {
    return Awaiter.here().failure(ref.name() + ": " + message, null);
  }

  private AssertionError missing(String what, String instead) {
    return failure("expected " + what + (ref.isAlive() ? soon() + ", but " + instead : ", but " + instead + soon()));
  }

  /** {@return within which time, unless that was not waited for} */
  private String soon() {
    return ref.isAlive() ? " within " + limit.toMillis() + " ms"
        : "; the probe has ended" + (end.isEmpty() ? "" : ", as it was told to " + end);
  }

  /** {@return how much demand there is, and what each consumer has asked for} */
  private String asked() {
    if (consumers() == 0) return "no consumer is subscribed";
    long demand = demand();
    return "there is " + (demand == 0 ? "none" : "demand for " + demand) + waiting();
  }

  private String waiting() {
    return look().outputs().stream()
        .map(output -> output.consumer() + " waits for " + output.outstanding() + " more")
        .collect(Collectors.joining(", ", " (", ")"));
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
