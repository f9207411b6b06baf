package stage.api;

import java.time.Duration;
import java.util.Objects;

/**
 * An answer that could not be given to a source of deliveries, because the source's own function threw. The function is
 * called again until it returns. The message of the exception is only in the log.
 *
 * @param function which function threw, such as {@code settle of orders}
 * @param cause the class of the exception it threw last
 * @param times how often it has thrown since it last returned
 * @param deliveries how many deliveries are still open only because of this; 0 if the function only takes positions
 * @param lasting for how long it has kept throwing
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
