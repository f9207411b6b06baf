package stage.samples.flights;

/** Where the wish to end a job comes from that would go on forever. */
@FunctionalInterface
interface Interruption {
  /** Says what an interruption does from now on: it ends reading. */
  void ends(Runnable stopReading);
}
