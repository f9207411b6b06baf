package stage.api.pipeline;

import java.time.Instant;

/**
 * A stretch of time: from its start on, up to but without its end. That of a count window goes from its earliest
 * element's time to just behind its latest one's; without event time both are {@link Instant#EPOCH}.
 *
 * @param start the first instant in it
 * @param end the first instant behind it
 * @since 0.1
 */
public record Window(Instant start, Instant end) {
  /** Checks that nothing is missing. */
  public Window {
    Arguments.notNull("start", start);
    Arguments.notNull("end", end);
  }
}
