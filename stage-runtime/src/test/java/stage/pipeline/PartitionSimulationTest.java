package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.Redelivery;
import stage.api.Demand;
import stage.api.pipeline.Job;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * Positions never go past what is not done, and get to the end: whatever is taken away, in whatever order, and crashes.
 */
class PartitionSimulationTest {
  /** Else an event that is hit by crash after crash is rightly given up. */
  private static final Redelivery PATIENT = Redelivery.attempts(1_000);

  private static final int SEEDS = Integer.getInteger("stage.pipeline.seeds", 25);
  static final int SIZE = 30;

  private static Job<Report> job(TestTopic topic, int workers) {
    return Pipeline.deliveries(topic, Settling.inFlight(20).batches(5, Duration.ofMillis(3)))
        .parallel(workers, part -> part.map(n -> {
          if (n % 10 == 7) throw new IllegalArgumentException("seven");
          return n;
        }).onFailure(OnFailure.deadLetter()))
        .flatMap(n -> List.of(n, -n)).async().batchWithin(3, Duration.ofMillis(5))
        .forEach(list -> list.stream().filter(n -> n >= 0).forEach(topic.seen::add));
  }

  /** {@return what is wrong; null if nothing is} */
  static String run(TestTopic topic, int max, int min, int workers) {
    try {
      Report report = job(topic, workers).withDemand(new Demand(max, min, false))
          .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)))
          .withRedelivery(PATIENT).run("job");
      assertThat(topic.wrong).as("positions").isEmpty();
      Map<String, Long> all = topic.partitions.stream().collect(Collectors.toMap(each -> each, each -> (long) SIZE));
      assertThat(topic.committed).as("committed").isEqualTo(all);
      assertThat(topic.failed).as("failed").hasSize(3 * topic.partitions.size());
      assertThat(topic.stops).isOne();
      Report.Deliveries deliveries = report.deliveries().getFirst();
      assertThat(deliveries.open()).as("open").isZero();
      assertThat(deliveries.acked()).as("acked").isGreaterThanOrEqualTo(SIZE * topic.partitions.size() * 9 / 10);
      return null;
    } catch (AssertionError | Exception thrown) {
      return thrown.toString();
    }
  }

  private static final String SETTINGS = """
      1, 0, 1
      2, 1, 3
      10, 0, 8
      1000, 500, 2
      """;

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource(textBlock = SETTINGS)
  void thatAreKept(int max, int min, int workers) {
    SimulatedRuntime.withSeeds(max, SEEDS).with(CrashRule.anywhere(0.01)).run(simulated ->
        assertThat(run(new TestTopic(3, SIZE), max, min, workers)).isNull());
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource(textBlock = SETTINGS)
  void thatAreRevoked(int max, int min, int workers) {
    SimulatedRuntime.withSeeds(max, SEEDS).with(CrashRule.anywhere(0.01)).run(simulated -> {
      var topic = new TestTopic(3, SIZE);
      topic.revokeEvery = 6;
      assertThat(run(topic, max, min, workers)).isNull();
    });
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource(textBlock = SETTINGS)
  void thatAreRevokedWithoutPatience(int max, int min, int workers) {
    SimulatedRuntime.withSeeds(max, SEEDS).with(CrashRule.anywhere(0.01)).run(simulated -> {
      var topic = new TestTopic(3, SIZE);
      topic.revokeEvery = 40;
      topic.patience = Duration.ZERO;
      assertThat(run(topic, max, min, workers)).isNull();
    });
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource(textBlock = SETTINGS)
  void thatAreLost(int max, int min, int workers) {
    SimulatedRuntime.withSeeds(max, SEEDS).with(CrashRule.anywhere(0.01)).run(simulated -> {
      var topic = new TestTopic(3, SIZE);
      topic.revokeEvery = 40;
      topic.isLost = true;
      assertThat(run(topic, max, min, workers)).isNull();
    });
  }
}
