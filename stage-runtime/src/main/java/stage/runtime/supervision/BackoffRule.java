package stage.runtime.supervision;

import stage.api.supervision.Backoff;
import stage.runtime.time.Time;

/** How long to wait before a restart: numbers in, numbers out. */
final class BackoffRule {
  private BackoffRule() {}

  /**
   * {@return the wait in nanoseconds}
   *
   * @param crashes how many restarts the period has seen, this one included, at least 1
   * @param chance from 0 to below 1
   */
  static long delayNanos(Backoff backoff, int crashes, double chance) {
    long most = Time.toNanos(backoff.most());
    long delay = Time.toNanos(backoff.first());
    for (int i = 1; i < crashes && delay < most; i++) delay = Math.min(most, 2 * delay);
    return delay - (long) (delay * backoff.jitter() * chance);
  }
}
