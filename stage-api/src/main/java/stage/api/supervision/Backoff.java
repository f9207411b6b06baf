package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;

/**
 * How long to wait before a restart. The wait doubles with each further crash of a child that has made no progress, up
 * to a longest one, and is shortened at random. Progress is an event emitted or settled since the crash before; after
 * it, waits begin with the first one again.
 *
 * <p>How often that goes on is for the {@link Intensity} to say, which counts such restarts whatever the time. If it
 * ends before the longest wait is reached, that is logged when the supervisor starts.
 *
 * @param first the wait after the first crash; zero for none
 * @param most the longest wait
 * @param jitter the largest share by which a wait is shortened, from 0 to 1
 * @since 0.1
 */
public record Backoff(Duration first, Duration most, double jitter) {
  /** The default: no wait. */
  public static final Backoff DEFAULT = none();

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a time is negative, {@code most} is below {@code first}, or {@code jitter} is
   *     not from 0 to 1
   */
  public Backoff {
    Objects.requireNonNull(first, "first must not be null");
    Objects.requireNonNull(most, "most must not be null");
    if (first.isNegative())
      throw new IllegalArgumentException("the first backoff must not be negative, but was " + first);
    if (most.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "the longest backoff must be at least the first one, " + first + ", but was " + most);
    }
    if (!(jitter >= 0 && jitter <= 1))
      throw new IllegalArgumentException("jitter must be from 0 to 1, but was " + jitter);
  }

  /** {@return no wait: restarts follow at once} */
  public static Backoff none() {
    return new Backoff(Duration.ZERO, Duration.ZERO, 0);
  }

  /**
   * {@return waits that double from one time up to another, each shortened by up to a fifth}
   *
   * @param first the wait after the first crash
   * @param most the longest wait, at least as long as the first
   * @throws IllegalArgumentException if {@code first} is negative or {@code most} is shorter
   */
  public static Backoff exponential(Duration first, Duration most) {
    return new Backoff(first, most, 0.2);
  }
}
