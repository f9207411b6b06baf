package stage.runtime.supervision;

import java.util.ArrayDeque;
import stage.api.supervision.Intensity;
import stage.runtime.time.Time;

/** A sliding count of restarts. Time is an argument. */
final class IntensityWindow {
  private final int restarts;
  private final long periodNanos;
  private final ArrayDeque<Long> times = new ArrayDeque<>();

  IntensityWindow(Intensity intensity) {
    this.restarts = intensity.restarts();
    this.periodNanos = Time.toNanos(intensity.period());
  }

  /**
   * Counts a restart before it is made. Returns whether it is one too many. One that is exactly a period old still
   * counts.
   */
  boolean isUsedUp(long nowNanos) {
    while (!times.isEmpty() && nowNanos - times.peekFirst() > periodNanos) times.pollFirst();
    times.addLast(nowNanos);
    return times.size() > restarts;
  }

  /** {@return how many restarts were counted within the period} */
  int count() {
    return times.size();
  }
}
