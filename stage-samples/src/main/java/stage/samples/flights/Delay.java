package stage.samples.flights;

/**
 * Minutes that a flight was late, or early if negative. Bounded, so that counting each value apart takes bounded
 * memory.
 */
final class Delay {
  /** A day early. */
  static final int LEAST = -24 * 60;

  /** A week late. */
  static final int MOST = 7 * 24 * 60;

  /** A flight is late if it is delayed by more than this. */
  static final int ON_TIME = 15;

  private Delay() {}
}
