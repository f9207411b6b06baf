package stage.samples.flights;

/** Where the wish to end a job comes from that would go on for ever. */
@FunctionalInterface
interface Interruption {
  /** Says which job an interruption is to end from now on, by {@link FlightsJob#stopReading}. */
  void ends(FlightsJob job);
}
