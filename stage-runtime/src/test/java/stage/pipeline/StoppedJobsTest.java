package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Job;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.PipelineRefusedException;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * Jobs of several sources of deliveries that chance has put together, of joins, nested merges, windows, branches, and
 * steps that take too long, stopped at any moment: they end, and each delivery is answered once.
 */
class StoppedJobsTest {
  private static final int SEEDS = Integer.getInteger("stage.pipeline.stopped", 12);
  private static final int FIRST = Integer.getInteger("stage.pipeline.stopped.first", 1);
  private static final int ENOUGH = 100;   // more than a source has: a window may keep all
  private static final Bound MANY = Bound.rows(1_000);

  private static final class Chance {
    private final Simulated simulated;
    private final List<TestQueue> queues = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private boolean fails;       // whether some elements may fail
    private boolean holdsBack;   // whether a source may have to wait for another one's end or elements

    Chance(Simulated simulated) {
      this.simulated = simulated;
    }

    private boolean oneIn(int many) {
      return simulated.choose(many) == 1;
    }

    private String says(String what) {
      text.append(what).append(' ');
      return what;
    }

    private Pipeline<Integer> source() {
      var queue = new TestQueue(5 + simulated.choose(25));
      queues.add(queue);
      Settling settling = Settling.inFlight(holdsBack ? ENOUGH : 4 + simulated.choose(20));
      settling = oneIn(2) ? settling.absorbed() : settling.batches(1 + simulated.choose(4), Duration.ofMillis(5));
      EventTime<Integer> time = EventTime.<Integer>of(this::at).outOfOrder(Duration.ofSeconds(simulated.choose(3)));
      if (oneIn(2)) time = time.idleAfter(Duration.ofMillis(1 + simulated.choose(50)));
      says("source(" + queue.size + ")");
      return Pipeline.deliveries(queue, settling).eventTime(time);
    }

    /** Not in order: some are late. */
    private Instant at(int number) {
      return Instant.ofEpochSecond(number - number % 7 * 2L);
    }

    private Pipeline<Integer> several(int depth) {
      if (depth == 0) return source();
      return switch (simulated.choose(8)) {
        case 0, 1, 2 -> {
          says("merge(");
          var merged = Pipeline.merge(several(depth - 1), several(depth - 1));
          says(")");
          yield merged;
        }
        case 3 -> {
          says("join(");
          var ready = several(depth - 1).join(several(depth - 1)).on(n -> n, n -> n).workers(1 + simulated.choose(3))
              .within(Duration.ofSeconds(2), Duration.ofSeconds(3), MANY);
          says("within)");
          yield oneIn(2) ? ready.inner((l, r) -> l) : ready.full((l, r) -> l.or(() -> r).orElseThrow());
        }
        case 4 -> {
          says("join(");
          var ready = several(depth - 1).join(several(depth - 1)).on(n -> n % 5, n -> n % 5)
              .workers(1 + simulated.choose(3)).window(Windows.tumbling(Duration.ofSeconds(4)), MANY);
          says("window)");
          yield oneIn(2) ? ready.left((l, r) -> l) : ready.full((l, r) -> l.or(() -> r).orElseThrow());
        }
        case 5 -> {
          says("concat(");
          holdsBack = true;
          var both = Pipeline.concat(several(depth - 1), several(depth - 1));
          says(")");
          yield both;
        }
        case 6 -> {
          says("zip(");
          holdsBack = true;
          var both = several(depth - 1).zip(several(depth - 1), (l, r) -> l);
          says(")");
          yield both;
        }
        default -> source();
      };
    }

    private Pipeline<Integer> step(Pipeline<Integer> of) {
      return switch (simulated.choose(9)) {
        case 0 -> {
          says("async");
          yield of.async().map(n -> n);
        }
        case 1 -> {
          says("timeout");
          fails = true;
          yield of.map(this::slowly).timeout(Duration.ofMillis(10)).onFailure(oneIn(2) ? OnFailure.skip()
              : OnFailure.retry(1).then(OnFailure.deadLetter()));
        }
        case 2 -> {
          says("window");
          yield of.keyBy(n -> n % 3).workers(1 + simulated.choose(3))
              .window(Windows.tumbling(Duration.ofSeconds(1 + simulated.choose(8)))).toList(MANY)
              .flatMap(pane -> pane.value());
        }
        case 3 -> {
          says("lateTo");
          yield of.keyBy(n -> n % 3).workers(1 + simulated.choose(3)).window(Windows.tumbling(Duration.ofSeconds(3)))
              .lateTo(late -> late.map(n -> n).forEach(n -> {})).toList(MANY).flatMap(pane -> pane.value());
        }
        case 4 -> {
          says("alsoTo");
          yield of.alsoTo(branch -> branch.batchWithin(3, Duration.ofMillis(20)).forEach(n -> {}));
        }
        case 5 -> {
          says("divertTo");
          yield of.divertTo(n -> n % 4 == 0, branch -> branch.async().map(n -> n).forEach(n -> {}));
        }
        case 6 -> {
          says("sessions");
          yield of.window(Windows.sessions(Duration.ofSeconds(2))).toList(MANY).flatMap(pane -> pane.value());
        }
        case 7 -> {
          says("concurrent");
          yield of.mapConcurrent(3, n -> n);
        }
        default -> {
          says("batch");
          yield of.batchWithin(1 + simulated.choose(4), Duration.ofMillis(10)).flatMap(list -> list);
        }
      };
    }

    private int slowly(int number) throws InterruptedException {
      if (number % 6 == 5) simulated.advance(Duration.ofMillis(1 + simulated.choose(20)));
      return number;
    }

    private Job<Report> job() {
      Pipeline<Integer> pipeline = several(simulated.choose(3));
      for (int steps = simulated.choose(4); steps > 0; steps--) pipeline = step(pipeline);
      int most = 1 + simulated.choose(20);
      return pipeline.forEach(n -> {}).withDemand(new Demand(most, simulated.choose(most), false))
          .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5))).withRedelivery(Redelivery.attempts(1_000));
    }

    /** Windows may keep as many as may be unanswered: the job fails, and what is open is given back. */
    private void join(Running<Report> running) throws InterruptedException, StageFailedException {
      try {
        running.join();
      } catch (StageFailedException wrong) {
        if (!wrong.getMessage().contains("as many as may be unanswered")) throw wrong;
        fails = true;
      }
    }

    void run() {
      try {
        Job<Report> job = job();
        try (Supervisor app = Supervisor.open("app")) {
          Running<Report> running = job.start(app, "job");
          boolean stops = oneIn(2);
          if (stops) {
            for (int steps = simulated.choose(300); steps > 0; steps--) simulated.pass();
            running.stop();
          }
          says(stops ? "stopped" : "");
          join(running);
          assertThat(running.report().deliveries()).allMatch(each -> each.open() == 0);
        } catch (PipelineRefusedException noTime) {   // behind what puts two elements together
          return;
        } catch (StageFailedException | InterruptedException wrong) {
          throw new AssertionError(wrong);
        }
        assertThat(simulated.elapsed()).isLessThan(Duration.ofMinutes(1));
        for (TestQueue queue : queues) {
          assertThat(queue.acked).doesNotHaveDuplicates().noneMatch(queue.nacked::containsKey);
          assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut);
          if (!fails) assertThat(queue.nacked).isEmpty();
          assertThat(queue.stops).isLessThanOrEqualTo(1);
        }
      } catch (AssertionError | RuntimeException wrong) {
        throw new AssertionError(text.toString(), wrong);
      }
    }
  }

  @Test
  void answerEachDeliveryOnce() {
    SimulatedRuntime runtime = SimulatedRuntime.withSeeds(FIRST, SEEDS).withShrinking(0);   // a seed is small enough
    runtime.run(its -> new Chance(its).run());
    runtime.with(CrashRule.anywhere(0.01)).run(its -> new Chance(its).run());
  }
}
