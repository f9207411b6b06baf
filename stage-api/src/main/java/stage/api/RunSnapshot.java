package stage.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a stage of a pipeline does, and how far it has come. Its numbers are those of its last committed turn, but for
 * the progress, and over all incarnations.
 *
 * @param steps its steps in words, as {@code Job.describe()} names them
 * @param progress how many elements went into its steps, those of a turn under way included, a few at a time; those
 *     that are tried again count again. While it grows, a turn that lasts long goes on
 * @param sinceProgress how long ago that last grew; zero if it is not known, as where elements are fast
 * @param watermark the event time that its inputs, or the step that gives its elements their time, vouch for: what
 *     comes from now on is not earlier; empty if it has no event time, or knows none yet
 * @param openWindows how many windows of time it keeps open; sessions are not counted
 * @param filtered elements that came to nothing in a step: filtered out, or mapped to no results
 * @param late elements that came after their windows
 * @param retried how often an element was tried again
 * @param openDeliveries how many deliveries it has handed out and not answered for yet; 0 if it is no source of them
 * @param mostDeliveries how many may be open at a time; 0 if it is no source of them
 * @param failedAnswer what keeps it from answering for deliveries that are done; empty if nothing does
 * @param heldBackBy the path of the input that is behind the others in event time, for which the watermark, and with it
 *     windows, wait; empty if none is
 * @since 0.1
 */
public record RunSnapshot(
    String steps, long progress, Duration sinceProgress, Optional<Instant> watermark, long openWindows, long filtered,
    long late, long retried, long openDeliveries, long mostDeliveries, Optional<FailedAnswer> failedAnswer,
    Optional<String> heldBackBy) {
  /** Rejects nulls. */
  public RunSnapshot {
    Objects.requireNonNull(steps, "steps must not be null");
    Objects.requireNonNull(sinceProgress, "sinceProgress must not be null; use Duration.ZERO if it is not known");
    Objects.requireNonNull(watermark, "watermark must not be null; use Optional.empty()");
    Objects.requireNonNull(failedAnswer, "failedAnswer must not be null; use Optional.empty()");
    Objects.requireNonNull(heldBackBy, "heldBackBy must not be null; use Optional.empty()");
  }

  /**
   * {@return a stage that has these steps, and nothing to count}
   *
   * @param steps in words
   */
  public static RunSnapshot of(String steps) {
    return new RunSnapshot(steps, 0, Duration.ZERO, Optional.empty(), 0, 0, 0, 0, 0, 0, Optional.empty(),
        Optional.empty());
  }

  /** {@return whether it hands out no more deliveries before one is answered for} */
  public boolean hasAllDeliveriesOpen() {
    return mostDeliveries > 0 && openDeliveries >= mostDeliveries;
  }
}
