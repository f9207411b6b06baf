package stage.runtime.dispatch;

/**
 * A sum of demand, of which each part may change. A part of 2<sup>32</sup> events or more counts as without end, and so
 * does a sum with such a part: so no sum overflows, and what was added can be taken off again.
 */
final class RunningSum {
  private static final long ENDLESS = 1L << 32;

  private long sum;      // of the parts that have an end; fewer than 2^31 of them
  private int endless;   // how many of the others there are

  /** A part has changed. */
  void change(long before, long now) {
    if (before < ENDLESS) sum -= before;
    else endless--;
    if (now < ENDLESS) sum += now;
    else endless++;
  }

  /** {@return the sum; {@link Long#MAX_VALUE} if it has no end} */
  long get() {
    return endless > 0 ? Long.MAX_VALUE : sum;
  }
}
