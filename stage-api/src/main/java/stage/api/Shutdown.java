package stage.api;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a stage may take to end when its supervisor stops it, alone or for a group restart. As OTP's {@code shutdown} of a child.
 *
 * <p>When a whole scope closes, its one shutdown time counts instead.
 */
public sealed interface Shutdown {
  /** The default: {@link #within} 5 seconds. */
  Shutdown DEFAULT = new Within(Duration.ofSeconds(5));

  /**
   * Asked to end, and killed when the time is over: interrupted, and, if it ignores that, abandoned.
   *
   * @param limit how long it may take; zero is legal
   */
  record Within(Duration limit) implements Shutdown {
    /**
     * Checks the limit.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Within {
      Objects.requireNonNull(limit, "limit must not be null");
      if (limit.isNegative()) throw new IllegalArgumentException("the shutdown limit must not be negative, but was " + limit);
    }
  }

  /** Killed without being asked. */
  record Brutal() implements Shutdown {}

  /** Asked to end, and waited for as long as it takes. */
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
