package stage.api;

import java.time.Duration;
import java.util.Objects;

/**
 * An answer that a source of deliveries could not be given, because its own function for that has thrown. The function
 * is called again until it returns. Carries no message of the exception, which the log has.
 *
 * @param function what has thrown, such as {@code settle of orders}
 * @param cause the class of what it threw last
 * @param times how often it has thrown since it last returned
 * @param deliveries how many deliveries are open for nothing else; 0 if it only tells positions
 * @param lasting for how long that has gone on
 * @since 0.1
 */
public record FailedAnswer(String function, String cause, long times, long deliveries, Duration lasting) {
  /** Rejects nulls. */
  public FailedAnswer {
    Objects.requireNonNull(function, "function must not be null");
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(lasting, "lasting must not be null");
  }
}
