package stage.api;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a stage may take to end when its supervisor stops it, alone or for a group restart. As OTP's
 * {@code shutdown} of a child.
 *
 * <p>When a whole scope closes, its one shutdown time counts instead.
 *
 * @since 0.1
 */
public sealed interface Shutdown {
  /** The default: {@link #within} 5 seconds. */
  Shutdown DEFAULT = new Within(Duration.ofSeconds(5));

  /**
   * The stage is asked to end, and killed when the time is over: interrupted, and abandoned if it ignores that.
   *
   * @param limit how long it may take; zero is legal
   * @since 0.1
   */
  record Within(Duration limit) implements Shutdown {
    /**
     * Checks the limit.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Within {
      Objects.requireNonNull(limit, "limit must not be null");
      if (limit.isNegative())
        throw new IllegalArgumentException("the shutdown limit must not be negative, but was " + limit);
    }
  }

  /**
   * The stage is killed without being asked.
   *
   * @since 0.1
   */
  record Brutal() implements Shutdown {}

  /**
   * The stage is asked to end, and may take as long as it likes.
   *
   * @since 0.1
   */
  record Unlimited() implements Shutdown {}

  /**
   * {@return up to this time to end}
   *
   * @param limit how long; zero is legal
   */
  static Shutdown within(Duration limit) {
    return new Within(limit);
  }

  /** {@return no time to end} */
  static Shutdown brutal() {
    return new Brutal();
  }

  /** {@return any time to end} */
  static Shutdown unlimited() {
    return new Unlimited();
  }
}
