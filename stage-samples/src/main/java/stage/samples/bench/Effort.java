package stage.samples.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param name what the report calls it
 * @param warmUp how long each contender runs in each scenario before anything counts
 * @param round how long a round of one contender is to take, about
 * @param rounds how often each contender runs
 * @param roundTrips how many a round of ping-pong has
 * @param idlePipelines how many idle pipelines there are at a time
 * @param idleRounds how often they are built
 * @param rows how many rows of flights there are
 */
record Effort(
    String name, Duration warmUp, Duration round, int rounds, int roundTrips, int idlePipelines, int idleRounds,
    int rows) {
  /** What the goals are about. */
  static final Effort FULL =
      new Effort("full", Duration.ofMillis(800), Duration.ofMillis(60), 15, 10_000, 100_000, 3, 1_000_000);

  /** To see whether a change did something. */
  static final Effort QUICK =
      new Effort("quick", Duration.ofMillis(250), Duration.ofMillis(25), 7, 3_000, 20_000, 1, 200_000);
}
