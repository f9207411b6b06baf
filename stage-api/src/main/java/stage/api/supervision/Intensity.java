package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;

/**
 * Restart intensity: how many restarts a supervisor allows within any period before it gives up. As OTP's {@code intensity} and
 * {@code period}, but measured in nanoseconds of a monotonic clock.
 *
 * @param restarts how many restarts are allowed; one more, and it gives up; 0 to give up at the first crash
 * @param period the time within which they count; a restart exactly one period ago still does
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

  /** {@return no restarts: the supervisor gives up at the first crash} */
  public static Intensity none() {
    return new Intensity(0, Duration.ofSeconds(5));
  }

  /** {@return the default: 3 restarts within 5 seconds} */
  public static Intensity ofDefault() {
    return of(3);
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
