package stage.samples.flights;

/** Says that it is time to draw. */
public enum Tick {
  /** The only one. */
  TICK
}
