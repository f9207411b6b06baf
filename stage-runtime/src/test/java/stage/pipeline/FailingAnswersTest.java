package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.Redelivery;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.CapturedLog;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** {@code settle} throws: the answer is given again, also the last one of a job, however the job ends. */
class FailingAnswersTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(30);   // too short to try again with backoff
  private static final int SIZE = 40;
  private static final int ALWAYS = Integer.MAX_VALUE;

  /** A broker that is away for some calls. */
  private static final class Flaky extends TestQueue {
    private final int every;
    private int row;   // calls that fail one after the other; no others
    private int calls;

    Flaky(int every, int row) {
      super(SIZE);
      this.every = every;
      this.row = row;
    }

    @Override
    public void settle(List<Delivery<Integer>> acks, List<Nacked<Integer>> nacks) throws Exception {
      boolean isOut = every > 0 ? ++calls % every == 0 : !nacks.isEmpty() && row > 0 && row-- > 0;
      if (isOut) throw new java.io.IOException("the broker is away");
      super.settle(acks, nacks);
    }
  }

  private static Flaky failingEvery(int calls) {
    return new Flaky(calls, 0);
  }

  /** The first calls fail that give something back. */
  private static Flaky failingToTakeBack(int times) {
    return new Flaky(0, times);
  }

  private static Job<Report> job(TestQueue queue, int crashEvery) {
    int[] calls = {0};
    return Pipeline.deliveries(queue, Settling.inFlight(20).batches(3, Duration.ofMillis(5))).map(n -> n).async()
        .map(n -> {
          if (crashEvery > 0 && ++calls[0] % crashEvery == 0) throw new AssertionError("crash");
          return n;
        }).mapConcurrent(2, n -> n).forEach(n -> {}).withRedelivery(Redelivery.attempts(1_000));
  }

  private static Report.Deliveries run(Job<Report> job, Duration grace) {
    try (Supervisor scope = Supervisor.open(SupervisorSpec.of("app").withGrace(grace))) {
      var running = job.start(scope, "job");
      join(running::join);
      return running.report().deliveries().getFirst();
    }
  }

  private interface Waiting {
    void join() throws Exception;
  }

  private static void join(Waiting waiting) {
    try {
      waiting.join();
    } catch (StageFailedException expected) {
      // some of these jobs fail
    } catch (Exception wrong) {
      throw new AssertionError(wrong);
    }
  }

  @Nested
  class OfAJobThatFailed {
    private void isGivenAgain() {
      TestQueue queue = failingToTakeBack(15);   // more than each of them is given at the end
      Report.Deliveries report = run(job(queue, 10).withIntensity(Intensity.none()), LONG);
      assertThat(report.open()).isZero();
      assertThat(queue.nacked).isNotEmpty();
      assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut);
    }

    @Test
    void areGivenAgainWhileThereIsTime() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> isGivenAgain());
    }

    /** Only so long as its supervisor gives its stages to end. */
    @Test
    void endAndAreCountedIfTheyAlwaysFail() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        TestQueue queue = failingToTakeBack(ALWAYS);
        Report.Deliveries report = run(job(queue, 10).withIntensity(Intensity.none()), SHORT);
        assertThat(report.open()).isPositive().isEqualTo(queue.handedOut - queue.acked.size());
        assertThat(report.acked()).isEqualTo(queue.acked.size());
        assertThat(queue.stops).isOne();
        assertThat(simulated.elapsed()).isLessThanOrEqualTo(Duration.ofSeconds(5).plus(SHORT));   // Shutdown.DEFAULT
      });
    }
  }

  @Nested
  class TheLog {
    @RegisterExtension final CapturedLog log = new CapturedLog();

    @Test
    void saysHowOftenTheLastAnswersWereGiven() {
      SimulatedRuntime.withSeeds(1, 1).run(simulated ->
          run(job(failingToTakeBack(ALWAYS), 10).withIntensity(Intensity.none()), SHORT));
      assertThat(log.take()).filteredOn(line -> line.getMessage().contains("settle")).extracting(LogRecord::getMessage)
          .anySatisfy(line -> assertThat(line).endsWith("threw at the end, and is called once more"))
          .anySatisfy(line -> assertThat(line).endsWith("threw at the end again, and is not called any more"));
    }
  }

  @Nested
  class WhereverItIsStopped {
    private void stopped(Simulated simulated, int kind, Duration grace) {
      TestQueue queue = failingEvery(2 + simulated.choose(4));
      try (Supervisor scope = Supervisor.open(SupervisorSpec.of("app").withGrace(grace))) {
        int crashEvery = simulated.choose(2) == 0 ? 0 : 3 + simulated.choose(20);
        var running = job(queue, crashEvery).withIntensity(Intensity.of(1_000_000, LONG)).start(scope, "job");
        for (int left = simulated.choose(150); left > 0; left--) simulated.pass();
        switch (kind) {
          case 0 -> running.stop();
          case 1 -> scope.drain(grace);
          default -> scope.drain(Duration.ZERO);
        }
        join(running::join);
        assertThat(running.report().deliveries().getFirst().open()).isZero();
      }
      assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut);
      assertThat(queue.acked).doesNotHaveDuplicates();
      assertThat(queue.stops).isOne();
    }

    @Test
    void eachIsGivenOnce() {
      for (int kind = 0; kind < 3; kind++) {
        int how = kind;
        SimulatedRuntime.withSeeds(1, 25).run(simulated -> stopped(simulated, how, LONG));
        SimulatedRuntime.withSeeds(1, 25).run(simulated -> stopped(simulated, how, SHORT));
      }
    }
  }

  /** {@return what was wrong with one of so many seeds; null if nothing was} For a changed engine, without JUnit. */
  static String firstWrong(int seeds) {
    var failed = new FailingAnswersTest().new OfAJobThatFailed();
    var stopped = new FailingAnswersTest().new WhereverItIsStopped();
    for (int seed = 1; seed <= seeds; seed++) {
      try {
        SimulatedRuntime runtime = SimulatedRuntime.withSeeds(seed, 1).withShrinking(0);
        runtime.run(simulated -> failed.isGivenAgain());
        for (int kind = 0; kind < 3; kind++) {
          int how = kind;
          runtime.run(simulated -> stopped.stopped(simulated, how, SHORT));
        }
      } catch (AssertionError wrong) {
        return "seed " + seed + ": " + wrong;
      }
    }
    return null;
  }

  /** Three of four commits fail. */
  private static final class FlakyTopic extends TestTopic {
    final Map<String, Long> refused = new HashMap<>();
    private int calls;

    FlakyTopic() {
      super(3, SIZE);
    }

    @Override
    public void commit(Map<String, Long> positions) throws Exception {
      if (++calls % 4 > 0) {
        refused.putAll(positions);
        throw new java.io.IOException("the broker is away");
      }
      super.commit(positions);
    }
  }

  @Nested
  class OfPartitions {
    private void run(Simulated simulated, Duration grace) {
      var topic = new FlakyTopic();
      try (Supervisor scope = Supervisor.open(SupervisorSpec.of("app").withGrace(grace))) {
        var running = Pipeline.deliveries(topic, Settling.inFlight(20).batches(3, Duration.ofMillis(5)))
            .map(n -> n).async().forEach(topic.seen::add).start(scope, "job");
        for (int left = simulated.choose(150); left > 0; left--) simulated.pass();
        scope.drain(grace);
      }
      topic.refused.forEach((partition, position) ->
          assertThat(topic.committed.get(partition)).as(partition).isGreaterThanOrEqualTo(position));
      assertThat(topic.wrong).isEmpty();
      assertThat(topic.stops).isOne();
    }

    @Test
    void areGivenWithTheJobsEnd() {
      SimulatedRuntime.withSeeds(1, 25).run(simulated -> run(simulated, LONG));
      SimulatedRuntime.withSeeds(1, 25).run(simulated -> run(simulated, SHORT));
    }
  }
}
