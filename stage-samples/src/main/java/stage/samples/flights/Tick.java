package stage.samples.flights;

/** Says that it is time to draw. */
enum Tick {
  /** The only one. */
  TICK
}
