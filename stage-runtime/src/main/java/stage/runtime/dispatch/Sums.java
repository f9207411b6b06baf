package stage.runtime.dispatch;

/**
 * Sums of demand. Demand goes up to {@link Long#MAX_VALUE}, which stands for "without end", and so does a sum of it.
 */
public final class Sums {
  private Sums() {}

  /**
   * {@return the sum, or {@link Long#MAX_VALUE} if it is larger than that}
   *
   * @param demand at least 0
   * @param more at least 0
   */
  public static long plus(long demand, long more) {
    long sum = demand + more;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
