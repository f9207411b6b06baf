package stage.api.pipeline.plan;

import java.util.Objects;
import stage.api.Demand;

/**
 * A job as it was described.
 *
 * @param end its last node
 * @param demand how much each stage asks for at a time
 * @param <R> its result
 */
public record Blueprint<R>(End end, Demand demand) {
  /** Checks that nothing is missing. */
  public Blueprint {
    Objects.requireNonNull(end, "end must not be null");
    Objects.requireNonNull(demand, "demand must not be null");
  }

  /**
   * {@return a copy with this demand}
   *
   * @param demand automatic
   */
  public Blueprint<R> withDemand(Demand demand) {
    return new Blueprint<>(end, demand);
  }
}
