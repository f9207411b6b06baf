package stage.api.pipeline;

import java.time.Instant;

/**
 * A stretch of time, which contains its start but not its end. A count window goes from the time of its earliest
 * element to just after that of its latest; without event time both are {@link Instant#EPOCH}.
 *
 * @param start the first instant in it
 * @param end the first instant after it
 * @since 0.1
 */
public record Window(Instant start, Instant end) {
  /** Checks that nothing is missing. */
  public Window {
    Arguments.notNull("start", start);
    Arguments.notNull("end", end);
  }
}
