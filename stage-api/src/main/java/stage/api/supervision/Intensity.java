package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;

/**
 * Restart intensity: how many restarts a supervisor allows within any period before it gives up. As OTP's
 * {@code intensity} and {@code period}, but measured in nanoseconds of a monotonic clock.
 *
 * <p>Restarts of one child that follow each other without progress, that is with no event emitted or settled in
 * between, count whatever the time: a source that takes a minute to fail, or waits a minute before it tries again,
 * would never use up anything within 5 seconds. A good run starts that count again.
 *
 * @param restarts how many restarts are allowed; one more, and it gives up; 0 to give up at the first crash
 * @param period the time within which they count; a restart exactly one period ago still does, and one without progress
 *     does in any case
 * @since 0.1
 */
public record Intensity(int restarts, Duration period) {
  /** The default: 3 restarts within 5 seconds, as in OTP. */
  public static final Intensity DEFAULT = of(3);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code restarts} is negative or {@code period} is not above zero
   */
  public Intensity {
    if (restarts < 0) throw new IllegalArgumentException("restarts must be at least 0, but were " + restarts);
    if (!Objects.requireNonNull(period, "period must not be null").isPositive()) {
      throw new IllegalArgumentException("period must be above zero, but was " + period);
    }
  }

  /** {@return no restarts: the supervisor gives up at the first crash} */
  public static Intensity none() {
    return of(0);
  }

  /**
   * {@return this many restarts within 5 seconds}
   *
   * @param restarts at least 0
   * @throws IllegalArgumentException if {@code restarts} is negative
   */
  public static Intensity of(int restarts) {
    return new Intensity(restarts, Duration.ofSeconds(5));
  }

  /**
   * {@return this many restarts within a period}
   *
   * @param restarts at least 0
   * @param period the time within which they count, above zero
   * @throws IllegalArgumentException if {@code restarts} is negative or {@code period} is not above zero
   */
  public static Intensity of(int restarts, Duration period) {
    return new Intensity(restarts, period);
  }

  /**
   * {@return as many restarts within another period, as in {@code Intensity.of(5).in(Duration.ofSeconds(10))}}
   *
   * @param period the time within which they count, above zero
   * @throws IllegalArgumentException if {@code period} is not above zero
   */
  public Intensity in(Duration period) {
    return new Intensity(restarts, period);
  }
}
