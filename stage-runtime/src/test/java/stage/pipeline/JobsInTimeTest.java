package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.All;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.ProducerProbe;
import stage.runtime.testkit.SimulatedRuntime;

/** Sources that fall silent, and jobs that are stopped, with time that a test turns. */
class JobsInTimeTest {
  private static final Windows MINUTES = Windows.tumbling(Duration.ofMinutes(1));
  private static final EventTime<Long> IDLE_AFTER_TEN =
      EventTime.<Long>of(Instant::ofEpochSecond).idleAfter(Duration.ofSeconds(10));

  private static String shown(Pane<?, ?> pane) {
    return pane.window().start().getEpochSecond() + "-" + pane.window().end().getEpochSecond() + " " + pane.value()
        + (pane.kind() == Pane.Kind.FINAL ? "" : " " + pane.kind());
  }

  private static void send(ProducerProbe<Long> probe, long... seconds) throws InterruptedException {
    for (long second : seconds) probe.sendNext(second);
  }

  /** Time for everything that can happen without time going by. */
  private static void settle(stage.runtime.testkit.Simulated simulated) throws InterruptedException {
    simulated.advance(Duration.ofMillis(10));
  }

  @Nested
  class ASourceThatFallsSilent {
    private final List<String> seen = new ArrayList<>();

    private Running<Report> merged(Supervisor scope, ProducerProbe<Long> one, ProducerProbe<Long> other) {
      return Pipeline.merge(Pipeline.from(one.ref()).eventTime(IDLE_AFTER_TEN).named("one"),
              Pipeline.from(other.ref()).eventTime(IDLE_AFTER_TEN).named("other"))
          .window(MINUTES).toList(Bound.rows(100)).forEach(pane -> seen.add(shown(pane))).start(scope, "job");
    }

    @Test
    void isWaitedForUntilItsTimeIsOver() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        seen.clear();
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> one = ProducerProbe.start(scope, "first");
          ProducerProbe<Long> other = ProducerProbe.start(scope, "second");
          merged(scope, one, other);
          send(other, 5);
          send(one, 10, 70);
          settle(simulated);
          assertThat(seen).as("the other may still send").isEmpty();
          for (long second = 71; second < 90; second++) {   // one speaks each second, the other does not
            simulated.advance(Duration.ofSeconds(1));
            send(one, second);
          }
          settle(simulated);
          assertThat(seen).hasSize(1).allMatch(pane -> pane.startsWith("0-60 ["));
        }
      });
    }

    @Test
    void countsAtOnceWhenItSpeaksAgain() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        seen.clear();
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> one = ProducerProbe.start(scope, "first");
          ProducerProbe<Long> other = ProducerProbe.start(scope, "second");
          Running<Report> job = merged(scope, one, other);
          send(other, 50);
          send(one, 65);
          for (int i = 0; i < 12; i++) {
            simulated.advance(Duration.ofSeconds(1));
            send(one, 70 + i);
          }
          settle(simulated);
          assertThat(seen).containsExactly("0-60 [50]");
          send(other, 55, 100);   // the first is behind what has fired; its stamp alone would let it in
          settle(simulated);
          send(one, 200);
          settle(simulated);
          assertThat(seen).as("the other holds the second minute up, which it is in").hasSize(1);
          send(other, 130);
          settle(simulated);
          assertThat(seen).hasSize(2);
          assertThat(job.report().lateAfterIdle()).isOne();
          assertThat(job.report().late()).isOne();
        }
      });
    }

    /** All idle: the furthest of them counts. */
    @Test
    void isNotWaitedForWhereAllAreSilent() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        seen.clear();
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> one = ProducerProbe.start(scope, "first");
          ProducerProbe<Long> other = ProducerProbe.start(scope, "second");
          merged(scope, one, other);
          send(other, 5);
          send(one, 10, 130);
          simulated.advance(Duration.ofSeconds(9));
          assertThat(seen).isEmpty();
          simulated.advance(Duration.ofSeconds(2));
          assertThat(seen).hasSize(1);
        }
      });
    }

    @Test
    void doesNotCountWhenItHasEnded() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        seen.clear();
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> one = ProducerProbe.start(scope, "first");
          ProducerProbe<Long> other = ProducerProbe.start(scope, "second");
          merged(scope, one, other);
          send(other, 500);
          other.complete();
          send(one, 10, 70);
          settle(simulated);
          assertThat(seen).containsExactly("0-60 [10]");
          simulated.advance(Duration.ofSeconds(20));   // the one that is left is idle: it had come to 70
          assertThat(seen).hasSize(1);
        }
      });
    }

    /** Several workers learn of it at different times; what one still has to pass on is waited for all the same. */
    @Test
    void isWaitedForByAllThatItsElementsComeByOnceItSpeaksAgain() {
      SimulatedRuntime.withSeeds(1, 40).run(simulated -> {
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> probe = ProducerProbe.start(scope, "seconds");
          Running<List<String>> job = Pipeline.from(probe.ref()).eventTime(IDLE_AFTER_TEN)
              .keyBy(second -> second % 10).workers(4).window(MINUTES).count()
              .window(Windows.tumbling(Duration.ofMinutes(2))).sum(pane -> pane.value())
              .map(JobsInTimeTest::shown).toList().start(scope, "job");
          send(probe, 1, 2, 3, 4);
          simulated.advance(Duration.ofSeconds(20));
          send(probe, 1_000);
          simulated.advance(Duration.ofSeconds(20));
          send(probe, 1_001, 1_002, 3_000);
          probe.complete();
          assertThat(job.join()).containsExactly("0-120 4", "960-1080 3", "3000-3120 1");
          assertThat(job.report().late()).isZero();
        }
      });
    }
  }

  @Nested
  class AJobThatIsStopped {
    @Test
    void marksThemForASourceOfItsOwnToo() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        try (Supervisor scope = Supervisor.open("app")) {
          var mail = new TestMail<>(true, List.of(10L, 65L, 70L, 130L));
          Running<List<String>> job = Pipeline.deliveries(mail, Settling.inFlight(9).absorbed())
              .eventTime(Instant::ofEpochSecond, Duration.ZERO).keyBy(n -> All.ALL).workers(2).window(MINUTES).count()
              .map(JobsInTimeTest::shown).toList().start(scope, "job");
          settle(simulated);
          job.stop();
          assertThat(job.join()).containsExactly("0-60 1", "60-120 2", "120-180 1 CUT");
        }
      });
    }

    private static Job<List<String>> windows(ProducerProbe<Long> probe, Windows windows, int workers) {
      return Pipeline.from(probe.ref()).eventTime(Instant::ofEpochSecond, Duration.ofSeconds(5))
          .keyBy(n -> All.ALL).workers(workers).window(windows).count().map(JobsInTimeTest::shown).toList();
    }

    @Test
    void marksWindowsThatMightHaveGotMore() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        for (int workers : new int[] {1, 3}) {
          try (Supervisor scope = Supervisor.open("app" + workers)) {
            ProducerProbe<Long> probe = ProducerProbe.start(scope, "seconds");
            Running<List<String>> job = windows(probe, MINUTES.lateness(Duration.ofMinutes(10)), workers)
                .start(scope, "job");
            send(probe, 10, 65, 70, 130, 181);
            settle(simulated);
            job.stop();
            assertThat(job.join()).containsExactly("0-60 1", "60-120 2", "120-180 1 CUT", "180-240 1 CUT");
          }
        }
      });
    }

    /** Whichever source ends first: what the others have come to is not what all have. */
    @Test
    void marksWindowsThatTheSourceThatIsBehindMightHaveAddedTo() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        try (Supervisor scope = Supervisor.open("app")) {
          var behind = new TestMail<>(true, List.of(10L, 65L));
          var ahead = new TestMail<>(true, List.of(20L, 70L, 130L, 200L));
          Running<List<String>> job = Pipeline.merge(timed(behind), timed(ahead)).window(MINUTES).count()
              .map(JobsInTimeTest::shown).toList().start(scope, "job");
          settle(simulated);
          job.stop();
          assertThat(job.join()).containsExactly("0-60 2", "60-120 2 CUT", "120-180 1 CUT", "180-240 1 CUT");
        }
      });
    }

    private static Pipeline<Long> timed(TestMail<Long> mail) {
      return Pipeline.deliveries(mail, Settling.inFlight(9).absorbed()).eventTime(Instant::ofEpochSecond,
          Duration.ZERO);
    }

    @Test
    void marksNothingWhereTheSourceHasEnded() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> probe = ProducerProbe.start(scope, "seconds");
          Running<List<String>> job = windows(probe, MINUTES, 2).start(scope, "job");
          send(probe, 10, 65);
          probe.complete();
          assertThat(job.join()).containsExactly("0-60 1", "60-120 1");
        }
      });
    }

    @Test
    void marksSessionsThatMightHaveGoneOn() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        try (Supervisor scope = Supervisor.open("app")) {
          ProducerProbe<Long> probe = ProducerProbe.start(scope, "seconds");
          Running<List<String>> job = windows(probe, Windows.sessions(Duration.ofSeconds(30)), 1).start(scope, "job");
          send(probe, 10, 20, 100, 110);
          settle(simulated);
          job.stop();
          assertThat(job.join()).containsExactly("10-50 2", "100-140 2 CUT");
        }
      });
    }
  }
}
