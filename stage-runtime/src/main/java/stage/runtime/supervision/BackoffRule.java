package stage.runtime.supervision;

import stage.api.supervision.Backoff;
import stage.runtime.time.Time;

/** How long to wait before a restart: numbers in, numbers out. */
final class BackoffRule {
  private BackoffRule() {}

  /** {@return the wait, before chance shortens it} */
  static long longestNanos(Backoff backoff, int crashes) {
    long most = Time.toNanos(backoff.most());
    long delay = Time.toNanos(backoff.first());
    for (int i = 1; i < crashes && delay < most && delay > 0; i++) delay = Math.min(most, 2 * delay);
    return delay;
  }

  /** {@return how many crashes in a row it takes to wait for as long as it says} */
  static int restartsToReach(Backoff backoff) {
    int crashes = 1;
    while (longestNanos(backoff, crashes) < Time.toNanos(backoff.most()) && crashes < 64) crashes++;
    return crashes;
  }

  /**
   * {@return the wait in nanoseconds}
   *
   * @param crashes how many there were in a row, this one included, at least 1
   * @param chance from 0 to below 1
   */
  static long delayNanos(Backoff backoff, int crashes, double chance) {
    long delay = longestNanos(backoff, crashes);
    return delay - (long) (delay * backoff.jitter() * chance);
  }
}
