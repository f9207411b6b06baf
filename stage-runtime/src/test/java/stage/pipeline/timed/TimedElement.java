package stage.pipeline.timed;

import java.time.Instant;

/**
 * An element of a source, with its stamp.
 *
 * @param id a number of its own
 * @param key which of a few
 * @param second its event time
 * @param w how far its source had got before it, in seconds of event time
 */
record TimedElement(int id, int key, long second, long w) {
  /** No event time yet. */
  static final long NEVER = Long.MIN_VALUE / 4;

  /** Behind all event times. */
  static final long FOREVER = Long.MAX_VALUE / 4;

  Instant at() {
    return Instant.ofEpochSecond(second);
  }
}
