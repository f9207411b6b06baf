package stage.api.pipeline;

import java.time.Duration;
import stage.api.pipeline.plan.Site;

/** Checks what users hand in. Messages begin with the call and its line, as those of {@code run} do. */
final class Arguments {
  private static final int MOST_WORKERS = 1_024;

  private Arguments() {}

  static <T> T notNull(String name, T value) {
    return notNull(name, value, "");
  }

  /** As above; the hint says what to use, and begins with {@code ;}. */
  static <T> T notNull(String name, T value, String hint) {
    if (value == null) throw new NullPointerException(Site.ofCall() + ": " + name + " must not be null" + hint);
    return value;
  }

  static int atLeastOne(String name, int n) {
    return (int) atLeast(name, n, 1);
  }

  /** As many as there can be: keys are shared out in 1,024 buckets, and each of those goes to one worker. */
  static int workers(String name, int n) {
    if (atLeastOne(name, n) > MOST_WORKERS) {
      throw refused(name + " must be at most " + MOST_WORKERS + ", but was " + n
          + "; each worker is a stage of its own, and mapConcurrent does more than that at once");
    }
    return n;
  }

  static long atLeast(String name, long n, long least) {
    if (n < least) throw refused(name + " must be at least " + least + ", but was " + n);
    return n;
  }

  static Duration positive(String name, Duration duration) {
    if (!notNull(name, duration).isPositive()) throw refused(name + " must be above zero, but was " + duration);
    return duration;
  }

  static Duration notNegative(String name, Duration duration) {
    if (notNull(name, duration).isNegative()) throw refused(name + " must not be negative, but was " + duration);
    return duration;
  }

  /** {@return an exception that says what is wrong with an argument, behind the call and its line} */
  static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException(Site.ofCall() + ": " + what);
  }
}
