package stage.api;

import java.time.Duration;
import java.util.Objects;

/**
 * The last crash of a stage. Carries no message of the exception and no event, since those may hold what not everybody
 * may see.
 *
 * @param cause the class of what was thrown
 * @param during what the stage was doing, such as {@code onEvents}
 * @param incarnation which life of the stage ended
 * @param ago how long before the snapshot that was
 * @since 0.1
 */
public record LastCrash(String cause, String during, int incarnation, Duration ago) {
  /** Rejects nulls. */
  public LastCrash {
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(during, "during must not be null");
    Objects.requireNonNull(ago, "ago must not be null");
  }
}
