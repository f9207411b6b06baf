package stage.runtime.pipeline.operator;

import java.time.Instant;

/**
 * Event times as nanoseconds since the epoch: {@code long}s, of which the smallest and the largest stand for minus and
 * plus infinity.
 */
public final class Times {
  /** Before every event. */
  public static final long NEVER = Long.MIN_VALUE;

  /** After every event. */
  public static final long FOREVER = Long.MAX_VALUE;

  private static final long NANOS = 1_000_000_000L;

  private Times() {}

  /**
   * {@return the time as nanoseconds since the epoch}
   *
   * @throws ArithmeticException if that does not fit into a long: before the year 1677, after 2262
   */
  public static long nanos(Instant time) {
    // Not toEpochSecond * NANOS + nano: before the epoch that overflows for times which fit.
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    if (seconds < 0 && nanos > 0) return Math.addExact(Math.multiplyExact(seconds + 1, NANOS), nanos - NANOS);
    return Math.addExact(Math.multiplyExact(seconds, NANOS), nanos);
  }

  /** {@return the time as an instant; infinities are the ends of what an instant can be} */
  public static Instant instant(long nanos) {
    if (nanos == NEVER) return Instant.MIN;
    if (nanos == FOREVER) return Instant.MAX;
    return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
  }

  /** {@return the sum, which stays at infinity, and stops there} */
  public static long plus(long time, long nanos) {
    if (time == NEVER || time == FOREVER) return time;
    long sum = time + nanos;
    if (((time ^ sum) & (nanos ^ sum)) < 0) return nanos < 0 ? NEVER : FOREVER;
    return sum;
  }

  /** {@return the difference, which stays at infinity, and stops there} */
  public static long minus(long time, long nanos) {
    if (nanos == Long.MIN_VALUE) throw new IllegalArgumentException("a duration must be above " + nanos + " ns");
    return plus(time, -nanos);
  }
}
