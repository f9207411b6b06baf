package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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

  /** The first of its elements takes longer than a turn may, and the second waits until the first has arrived. */
  private static final class Waiting {
    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch arrived = new CountDownLatch(1);
    private volatile boolean isInTime;

    int map(int n) throws InterruptedException {
      if (n == 0) never.await(20, TimeUnit.MILLISECONDS);
      else if (n == 1) isInTime = arrived.await(5, TimeUnit.SECONDS);
      return n;
    }

    void runs(UnaryOperator<Pipeline<Integer>> steps) throws Exception {
      Pipeline<Integer> slow = Pipeline.from(List.of(0, 1, 2, 3)).map(this::map);
      steps.apply(slow).async().forEach(n -> arrived.countDown()).run("job");
      assertThat(isInTime).as("the first arrived before the second was through").isTrue();
    }
  }

  @Nested
  class BeforeAnotherStage {
    @Test
    void sendOnWhatTheyHaveMade() throws Exception {
      new Waiting().runs(slow -> slow);
    }

    @Test
    void sendOnWhatTheyHaveMadeIfOneOfThemHasState() throws Exception {
      new Waiting().runs(slow -> slow.distinct(n -> n, 5));
    }

    @Test
    void sendOnWhatTheyHaveMadeIfElementsGoOneByOne() throws Exception {
      new Waiting().runs(slow -> slow.timeout(Duration.ofMinutes(1)).map(n -> n));
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
