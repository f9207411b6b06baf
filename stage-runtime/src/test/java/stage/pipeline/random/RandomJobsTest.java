package stage.pipeline.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.Job;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;
import stage.simulation.DailyShare;

/**
 * Jobs that chance has put together have the results of their models: in any order in which things happen, whatever the
 * demand, and wherever they crash. A build makes some of a thousand, others every day; with {@code -Dstage.stress} all,
 * with {@code -Dstage.pipeline.jobs=5000} so many. {@code -Dstage.pipeline.job=SEED} makes one again.
 */
class RandomJobsTest {
  private static final int DAYS = 40;
  private static final int[][] DEMANDS = {{1, 0}, {2, 1}, {10, 0}, {1000, 500}};

  private static List<Integer> seeds() {
    Integer one = Integer.getInteger("stage.pipeline.job");
    if (one != null) return List.of(one);
    Integer many = Integer.getInteger("stage.pipeline.jobs");
    if (many != null) return IntStream.range(0, many).boxed().toList();
    return DailyShare.of(IntStream.range(0, 1_000).boxed().toList(), DAYS);
  }

  @Test
  void haveTheResultsOfTheirModels() {
    assertThat(seeds()).isNotEmpty().allSatisfy(RandomJobsTest::check);
  }

  private static void check(int seed) {
    String[] text = {"it could not be made"};
    try {
      check(seed, text);
    } catch (AssertionError | RuntimeException wrong) {
      throw new AssertionError("job " + seed + ": " + text[0], wrong);
    }
  }

  private static void check(int seed, String[] text) {
    var random = new Random(seed);
    ModelledPipeline pipeline = RandomPipeline.of(random, 2);
    int[] demand = DEMANDS[random.nextInt(DEMANDS.length)];
    RandomEnd end = RandomEnd.of(random, pipeline);
    text[0] = "demand " + demand[0] + "/" + demand[1] + ": " + pipeline.text() + "." + end.text();
    // An element that is hit by crash after crash would rightly be given up.
    Job<?> job = end.job().withDemand(new Demand(demand[0], demand[1], false))
        .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5))).withRedelivery(Redelivery.attempts(1_000));
    SimulatedRuntime.withSeeds(seed, 2).with(CrashRule.anywhere(0.01)).run(simulated ->
        assertThat(end.shown(job.run())).isEqualTo(end.expected()));
  }
}
