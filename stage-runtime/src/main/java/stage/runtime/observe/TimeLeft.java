package stage.runtime.observe;

import java.time.Duration;

/** How long something still lasts, in words. */
final class TimeLeft {
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;

  private TimeLeft() {}

  /** {@return it as people say it: 340 ms, 12 s, 4 min 6 s, 3 h 5 min} */
  static String of(Duration left) {
    long millis = left.toMillis();
    if (millis < SECOND) return millis + " ms";
    if (millis < MINUTE) return millis / SECOND + " s";
    if (millis < HOUR) return millis / MINUTE + " min" + rest(millis % MINUTE / SECOND, " s");
    return millis / HOUR + " h" + rest(millis % HOUR / MINUTE, " min");
  }

  private static String rest(long rest, String unit) {
    return rest == 0 ? "" : " " + rest + unit;
  }
}
