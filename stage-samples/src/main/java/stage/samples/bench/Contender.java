package stage.samples.bench;

/**
 * One who runs in a scenario.
 *
 * @param name its name in tables
 * @param work what it does, for as many events as it is told
 */
record Contender(String name, Work work) {
  /** What a contender does. */
  interface Work {
    /** Moves events, from building what it needs to taking it down, and answers the sum of what its consumers saw. */
    long run(long events) throws Exception;
  }
}
