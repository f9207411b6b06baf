package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;

/**
 * Restart intensity: how many restarts a scope stands within any period; one more fails it. As OTP's {@code intensity} and
 * {@code period}, but measured in nanoseconds of a monotonic clock.
 *
 * @param restarts how many restarts are allowed; 0: the first crash fails the scope
 * @param period within which time; a restart exactly one period ago still counts
 */
public record Intensity(int restarts, Duration period) {
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

  /** {@return no restarts: the first crash fails the scope} */
  public static Intensity none() {
    return new Intensity(0, Duration.ofSeconds(5));
  }

  /**
   * {@return this many restarts within 5 seconds}
   *
   * @param restarts at least 0
   */
  public static Intensity of(int restarts) {
    return new Intensity(restarts, Duration.ofSeconds(5));
  }
}
