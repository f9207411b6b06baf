package stage.runtime.testkit;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import stage.runtime.simulation.Choices;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.time.Time;

/**
 * The simulation, as its body sees it. For the body and for what it starts, never for a thread outside.
 *
 * @since 0.1
 */
public final class Simulated {
  private static final Duration LONGEST = Duration.ofHours(1);

  private final SimulatedTime time;
  private final Choices choices;
  private final FaultInjector injector;

  Simulated(SimulatedTime time, Choices choices, FaultInjector injector) {
    this.time = time;
    this.choices = choices;
    this.injector = injector;
  }

  /**
   * {@return a number from 0 to {@code bound - 1} that the seed draws} For random input that can be repeated.
   * Simplifying tries 0 first, so let 0 mean the simplest input.
   *
   * @param bound one more than the highest number, at least 1
   * @throws IllegalArgumentException if {@code bound} is below 1
   */
  public int choose(int bound) {
    if (bound < 1)
      throw new IllegalArgumentException("bound must be at least 1, but was " + bound + "; choose(2) is a coin");
    return choices.next(bound);
  }

  /**
   * {@return how many crashes the rules have injected in this run so far} So that a test can make sure there were some.
   */
  public int crashes() {
    return injector.crashes();
  }

  /**
   * {@return how much simulated time has passed} Time stands still while anybody can run, and then jumps to the next
   * timer.
   */
  public Duration elapsed() {
    return Duration.ofNanos(time.nanos());
  }

  /**
   * Waits for some simulated time, which takes next to no real time.
   *
   * @param duration how long, not negative
   * @throws IllegalArgumentException if {@code duration} is negative
   * @throws InterruptedException if the thread is interrupted
   */
  public void advance(Duration duration) throws InterruptedException {
    ProducerProbe.checked("duration", duration);
    time.latch("time to go by", "").await(Time.toNanos(duration));
  }

  /** Lets others run, if the seed decides so. */
  public void pass() {
    time.pass();
  }

  /**
   * Waits until a condition holds.
   *
   * @param what what is awaited, for the message
   * @param condition checked each simulated millisecond, less often when it takes seconds
   * @throws AssertionError if it does not hold within a simulated hour
   * @throws InterruptedException if the thread is interrupted
   */
  public void await(String what, BooleanSupplier condition) throws InterruptedException {
    Objects.requireNonNull(what, "what must not be null");
    Objects.requireNonNull(condition, "condition must not be null");
    Awaiter.here().expect(condition, LONGEST, () -> "expected that " + what + ", but that did not happen");
  }

  /**
   * Runs a task at the same time as the body, as a thread outside the stages that calls, emits or stops.
   *
   * @param name the name of its thread
   * @param task what to run; an exception of it fails the run, as its cause
   * @return its thread; wait for it with {@link #await} only
   */
  public Thread start(String name, Runnable task) {
    return time.startThread(Objects.requireNonNull(name, "name must not be null"),
        Objects.requireNonNull(task, "task must not be null"));
  }
}
