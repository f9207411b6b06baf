package stage.runtime.testkit;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import stage.runtime.time.Choices;
import stage.runtime.time.SimulatedTime;

/** The simulation, as its body sees it. Used by the body and by what it starts, never from outside. */
public final class Simulated {
  private static final Duration LONGEST = Duration.ofHours(1);

  private final SimulatedTime time;
  private final Choices choices;
  private final Injector injector;

  Simulated(SimulatedTime time, Choices choices, Injector injector) {
    this.time = time;
    this.choices = choices;
    this.injector = injector;
  }

  /**
   * {@return a number that the seed draws} For input by chance that can be repeated; shrinking tries 0 first, so let that be the plainest.
   *
   * @param bound above the highest, at least 1
   * @throws IllegalArgumentException if {@code bound} is below 1
   */
  public int choose(int bound) {
    if (bound < 1) throw new IllegalArgumentException("bound must be at least 1, but was " + bound + "; choose(2) is a coin");
    return choices.next(bound);
  }

  /** {@return how many crashes the rules have injected in this run so far} For a test that is to see to it that there were some. */
  public int crashes() {
    return injector.crashes();
  }

  /** {@return how much simulated time has gone by} It stands still while anybody can run, and then jumps to the next timer. */
  public Duration elapsed() {
    return Duration.ofNanos(time.nanos());
  }

  /**
   * Waits for so much simulated time, which takes next to none.
   *
   * @param duration how long
   * @throws InterruptedException if the thread is interrupted
   */
  public void advance(Duration duration) throws InterruptedException {
    time.gate("time to go by", "").await(duration.toNanos());
  }

  /** Lets others run, if the seed wants it so. */
  public void pass() {
    time.pass();
  }

  /**
   * Waits until a condition holds.
   *
   * @param what it is, for the message
   * @param condition looked at each simulated millisecond, and less often when it takes seconds
   * @throws AssertionError if it does not hold within a simulated hour
   * @throws InterruptedException if the thread is interrupted
   */
  public void await(String what, BooleanSupplier condition) throws InterruptedException {
    Waiting.here().expect(condition, LONGEST, () -> "it did not come to pass that " + what);
  }

  /**
   * Runs something at the same time as the body: somebody from outside who calls, emits, stops.
   *
   * @param name of its thread
   * @param task what to run; what it throws fails the run, with that as the cause
   * @return its thread, which must not be waited for but by {@link #await}
   */
  public Thread start(String name, Runnable task) {
    return time.startThread(Objects.requireNonNull(name, "name must not be null"), Objects.requireNonNull(task, "task must not be null"));
  }
}
