package stage.api.pipeline;

import java.time.Duration;

/**
 * How deliveries are answered. An immutable value.
 *
 * @param inFlight how many may be unsettled at once, at least 1; the source is not asked for more
 * @param batch how many deliveries one call of {@link DeliverySource#settle} answers, at most, and after how many
 *     finished deliveries {@link PartitionedSource#commit} is called; at least 1
 * @param within how long an answer waits for others, at most; not negative
 * @param onAbsorb whether a delivery counts as handled when a reducer has taken it in, instead of when the reducer's
 *     result is handled
 * @since 0.1
 */
public record Settling(int inFlight, int batch, Duration within, boolean onAbsorb) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code inFlight} or {@code batch} is below 1, or {@code within} is negative
   */
  public Settling {
    Arguments.atLeastOne("inFlight", inFlight);
    Arguments.atLeastOne("batch", batch);
    Arguments.notNull("within", within, "; use Duration.ZERO to answer at once");
    Arguments.notNegative("within", within);
  }

  /**
   * {@return at most {@code n} unsettled deliveries; answers go out as soon as they are known, up to 1,000 in a call}
   *
   * @param n at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public static Settling inFlight(int n) {
    return new Settling(n, 1_000, Duration.ZERO, false);
  }

  /**
   * {@return a copy that answers up to {@code n} deliveries at a time}
   *
   * @param n at least 1
   * @param within how long an answer waits for others, at most; not negative
   * @throws IllegalArgumentException if {@code n} is below 1 or {@code within} is negative
   */
  public Settling batches(int n, Duration within) {
    return new Settling(inFlight, Arguments.atLeastOne("n", n), within, onAbsorb);
  }

  /** {@return a copy with which a delivery counts as handled when a reducer has taken it in} */
  public Settling absorbed() {
    return new Settling(inFlight, batch, within, true);
  }
}
