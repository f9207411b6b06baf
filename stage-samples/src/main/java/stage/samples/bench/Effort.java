package stage.samples.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param name what the report calls it
 * @param warmUp for how long a contender must have got no faster before anything counts
 * @param round how long a round of one contender is to take, about
 * @param rounds how often each contender runs
 * @param roundTrips how many a round of ping-pong has
 * @param idlePipelines how many idle pipelines there are at a time
 * @param idleRounds how often they are built
 * @param rows how many rows of flights there are
 * @param few the fewest events of a run: enough to outweigh everything else that a run does
 * @param allocations which share of its events a measurement of allocations runs, at most 1
 * @param peak how long a contender runs in a JVM of its own, from its start
 */
record Effort(
    String name, Duration warmUp, Duration round, int rounds, int roundTrips, int idlePipelines, int idleRounds,
    int rows, int few, double allocations, Duration peak) {
  /** What the goals are about. */
  static final Effort FULL = new Effort(
      "full", Duration.ofMillis(1000), Duration.ofMillis(60), 15, 10_000, 100_000, 3, 1_000_000, 1000, 1,
      Duration.ofSeconds(8));

  /** To see whether a change did something: as warm, and in rounds as long, but fewer of them. */
  static final Effort QUICK = new Effort(
      "quick", Duration.ofMillis(600), Duration.ofMillis(60), 5, 3_000, 20_000, 3, 200_000, 1000, 1,
      Duration.ofSeconds(5));
}
