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
 * @param count how many events this stage has given up so far, over all its incarnations, this one included; a gap in
 *     these numbers stands for letters that were not handled
 * @since 0.1
 */
public record DeadLetter(Object event, Throwable cause, String path, int incarnation, int attempts, Instant time,
    long count) {
  /** Checks that nothing is missing. */
  public DeadLetter {
    Objects.requireNonNull(event, "event must not be null");
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(path, "path must not be null");
    Objects.requireNonNull(time, "time must not be null");
  }
}
