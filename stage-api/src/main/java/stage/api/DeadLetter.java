package stage.api;

import java.time.Instant;
import java.util.Objects;

/**
 * An event that was given up, and why.
 *
 * @param event the event
 * @param cause what was thrown
 * @param path the stage that gave it up, such as {@code shop/orders}
 * @param incarnation which life of that stage
 * @param attempts how many times the event was tried
 * @param time when it was given up
 */
public record DeadLetter(Object event, Throwable cause, String path, int incarnation, int attempts, Instant time) {
  /** Checks that nothing is missing. */
  public DeadLetter {
    Objects.requireNonNull(event, "event must not be null");
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(path, "path must not be null");
    Objects.requireNonNull(time, "time must not be null");
  }
}
