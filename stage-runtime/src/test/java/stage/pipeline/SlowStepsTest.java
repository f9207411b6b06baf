package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.pipeline.Windows;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** Steps that take long: a batch of many elements is not one turn, or nothing would come of it until its end. */
class SlowStepsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private final List<Object> seen = new ArrayList<>();

  /** A hundred elements, of which one passes in each second. */
  private static Pipeline<Integer> slow() {
    return Pipeline.from(IntStream.range(0, 100).boxed().toList()).throttle(1, SECOND);
  }

  private void runs(Pipeline<?> results, Duration time, Runnable check) {
    SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
      seen.clear();
      try (Supervisor scope = Supervisor.open("app")) {
        Running<Report> job = results.forEach(seen::add).start(scope, "job");
        simulated.advance(time);
        check.run();
        simulated.advance(Duration.ofSeconds(200));
        job.join();
      }
    });
  }

  @Nested
  class BeforeAnotherStage {
    @Test
    void sendOnWhatTheyHaveMade() {
      runs(slow().async(), Duration.ofSeconds(20), () -> assertThat(seen).hasSizeBetween(15, 25));
    }

    @Test
    void sendOnWhatTheyHaveMadeIfTheyAreSeveral() {
      runs(slow().map(n -> n + 1).distinct(n -> n, 5).async(), Duration.ofSeconds(20),
          () -> assertThat(seen).hasSizeBetween(15, 25));
    }
  }

  @Nested
  class BeforeStepsOnTheClock {
    @Test
    void letBatchesGoInTime() {
      runs(slow().batchWithin(1000, Duration.ofSeconds(10)).map(List::size), Duration.ofSeconds(60), () -> {
        assertThat(seen).hasSizeBetween(4, 7);
      });
    }

    @Test
    void letWindowsEndInTime() {
      runs(slow().window(Windows.byClock(Duration.ofSeconds(10))).count().map(Pane::value), Duration.ofSeconds(60),
          () -> assertThat(seen).hasSizeBetween(4, 7));
    }
  }
}
