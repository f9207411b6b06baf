package stage.api;

/**
 * How much a consumer asks for on one subscription. As GenStage's {@code max_demand} and {@code min_demand}.
 *
 * <p>In automatic mode {@code max} events are asked for at first. When a batch was handled and no more than {@code min}
 * events are left, demand is refilled to exactly {@code max}; so a batch has at most {@code max - min} events. In
 * manual mode only {@link Inlet#request} asks for events, and {@code max} bounds the batch.
 *
 * @param max the most events outstanding at a time, at least 1
 * @param min refill when this many or fewer are left: at least 0, below {@code max}
 * @param isManual whether the consumer asks by itself
 * @since 0.1
 */
public record Demand(int max, int min, boolean isManual) {
  /** The default: 1000/500, as in GenStage. */
  public static final Demand DEFAULT = new Demand(1000, 500, false);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code max} is below 1 or {@code min} is not from 0 to {@code max - 1}
   */
  public Demand {
    if (max < 1) {
      throw new IllegalArgumentException(
          "max demand must be at least 1, but was " + max + "; use Demand.max(1) to take one event at a time");
    }
    if (min < 0 || min >= max) {
      throw new IllegalArgumentException(
          "min demand must be from 0 to max demand - 1 = " + (max - 1) + ", but was " + min
          + "; use Demand.max(" + max + ") for min demand " + max / 2);
    }
  }

  /**
   * {@return automatic demand of {@code max}, refilled at half of it, as GenStage's {@code max_demand}}
   *
   * @param max the most events outstanding at a time, at least 1
   * @throws IllegalArgumentException if {@code max} is below 1
   */
  public static Demand max(int max) {
    return new Demand(max, Math.max(0, max / 2), false);
  }

  /**
   * {@return manual demand: only {@link Inlet#request} asks for events; batches have up to 1000} Ask for the first
   * events in {@link Stage.Consumer#onSubscribe}.
   */
  public static Demand manual() {
    return new Demand(1000, 0, true);
  }

  /**
   * {@return this demand with another refill mark}
   *
   * @param min refill when this many or fewer are left: at least 0, below {@code max}
   * @throws IllegalArgumentException if {@code min} is out of that range
   */
  public Demand min(int min) {
    return new Demand(max, min, isManual);
  }

  /** {@return the most events in one batch} */
  public int batch() {
    return max - min;
  }
}
