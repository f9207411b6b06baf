package stage.api.pipeline.plan;

import java.time.Duration;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Windows;

/** Which elements of two sides, besides having equal keys, belong together. */
public sealed interface Pairing {
  /** {@return how much may be kept, on each worker} */
  Bound bound();

  /**
   * Those whose times are near each other.
   *
   * @param before how far the right one may be before the left one
   * @param after how far it may be behind it
   * @param bound how much may be kept
   */
  record Within(Duration before, Duration after, Bound bound) implements Pairing {}

  /**
   * Those in the same window.
   *
   * @param windows the windows
   * @param bound how much may be kept
   */
  record InWindow(Windows windows, Bound bound) implements Pairing {}

  /**
   * All.
   *
   * @param bound how much may be kept
   */
  record Whole(Bound bound) implements Pairing {}

  /** Which elements that have no partner are in the result. */
  enum Unmatched {
    /** None. */
    NONE,
    /** Those of the left side. */
    LEFT,
    /** Those of the right side. */
    RIGHT,
    /** Those of both. */
    BOTH
  }
}
