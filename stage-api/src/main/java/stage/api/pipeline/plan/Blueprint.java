package stage.api.pipeline.plan;

import java.util.Objects;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.supervision.Intensity;

/**
 * A job as it was described.
 *
 * @param end its last node
 * @param demand how much each stage asks for at a time
 * @param intensity how often its stages may be restarted
 * @param redelivery what happens to the batch that a stage had in hand when it crashed
 * @param <R> its result
 */
public record Blueprint<R>(End end, Demand demand, Intensity intensity, Redelivery redelivery) {
  /** Checks that nothing is missing. */
  public Blueprint {
    Objects.requireNonNull(end, "end must not be null");
    Objects.requireNonNull(demand, "demand must not be null");
    Objects.requireNonNull(intensity, "intensity must not be null");
    Objects.requireNonNull(redelivery, "redelivery must not be null");
  }

  /**
   * {@return a copy with this demand}
   *
   * @param demand automatic
   */
  public Blueprint<R> withDemand(Demand demand) {
    return new Blueprint<>(end, demand, intensity, redelivery);
  }

  /**
   * {@return a copy with this intensity}
   *
   * @param intensity how often its stages may be restarted
   */
  public Blueprint<R> withIntensity(Intensity intensity) {
    return new Blueprint<>(end, demand, intensity, redelivery);
  }

  /**
   * {@return a copy with this redelivery}
   *
   * @param redelivery what happens to the batch that a stage had in hand when it crashed
   */
  public Blueprint<R> withRedelivery(Redelivery redelivery) {
    return new Blueprint<>(end, demand, intensity, redelivery);
  }
}
