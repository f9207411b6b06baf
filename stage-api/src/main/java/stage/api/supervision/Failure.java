package stage.api.supervision;

import java.util.Objects;
import stage.api.Restart;

/**
 * One crash, as a supervisor sees it.
 *
 * @param path the stage, or the supervisor that gave up, such as {@code shop/orders}
 * @param incarnation which life of it
 * @param cause what was thrown
 * @param during what it was doing, such as {@code onEvents}
 * @param restart its restart type
 * @param restarts how many restarts the supervisor has counted within the period, before this one
 * @since 0.1
 */
public record Failure(String path, int incarnation, Throwable cause, String during, Restart restart, int restarts) {
  /** Checks that nothing is missing. */
  public Failure {
    Objects.requireNonNull(path, "path must not be null");
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(during, "during must not be null");
    Objects.requireNonNull(restart, "restart must not be null");
  }

  /**
   * {@return where, and the kind of the cause} The cause's own text is left to its stack trace: asking for it may
   * throw.
   */
  @Override
  public String toString() {
    return path + "#" + incarnation + " in " + during + ": " + cause.getClass().getName();
  }
}
