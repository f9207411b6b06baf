package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.QueueSink;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.simulation.SimulationOptions;

/** Restarts that lead nowhere count, whatever the time; a good run makes up for all before it. In simulated time. */
class ProgressTest extends CrashTest {
  private final SimulatedTime time = new SimulatedTime(RecordedChoices.ofSeed(1), null, SimulationOptions.PLAIN);
  private final List<Long> starts = new ArrayList<>();

  /** Emits some events in each life, takes a while to fail, and fails. */
  private final class Source implements Stage.Producer<Integer> {
    private final int goodRun;   // each so many lives it emits something; 0 for never
    private final Duration untilItFails;
    private StageContext context;
    private boolean hasRun;

    Source(int goodRun, Duration untilItFails) {
      this.goodRun = goodRun;
      this.untilItFails = untilItFails;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      starts.add(time.nanos() / 1_000_000_000);
      if (goodRun == 0) context.after(untilItFails, this::fail);
    }

    private void fail() {
      throw new IllegalStateException("connection refused");
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      if (goodRun == 0 || hasRun) return;   // who has emitted something is called again at once
      hasRun = true;
      if (context.incarnation() % goodRun == 0) out.emit(context.incarnation());
      context.after(untilItFails, this::fail);
    }
  }

  private StageFailedException failureOf(SupervisorSpec spec, int goodRun, Duration untilItFails, Duration howLong)
      throws Throwable {
    StageFailedException[] failed = {null};
    time.run(() -> {
      try (Supervisor scope = Supervisor.open(spec)) {
        var source = scope.start(Stage.producer("source", () -> new Source(goodRun, untilItFails)));
        scope.start(Stage.consumer("sink", source, QueueSink::new));
        failed[0] = catchThrowableOfType(StageFailedException.class, () -> scope.join(howLong));
      }
    });
    return failed[0];
  }

  private List<Long> waits() {
    List<Long> waits = new ArrayList<>();
    for (int i = 1; i < starts.size(); i++) waits.add(starts.get(i) - starts.get(i - 1));
    return waits;
  }

  private static SupervisorSpec with(int restarts, Duration first, Duration most) {
    return SupervisorSpec.of("test").withIntensity(Intensity.of(restarts)).withBackoff(new Backoff(first, most, 0));
  }

  @Nested
  class ASourceThatNeverComesUp {
    @Test
    void b12_waitsLongerAndLongerUpToTheLongest() throws Throwable {
      assertThat(
          failureOf(with(100, Duration.ofSeconds(1), Duration.ofSeconds(60)), 0, Duration.ZERO, Duration.ofMinutes(10)))
          .isNull();
      assertThat(waits()).startsWith(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
      log.take();
    }

    @Test
    void b12_usesUpTheIntensityHoweverLongItWaits() throws Throwable {
      assertThat(
          failureOf(with(3, Duration.ofSeconds(10), Duration.ofSeconds(10)), 0, Duration.ZERO, Duration.ofHours(1)))
          .hasMessageContaining("test/source");
      assertThat(starts).hasSize(4);
      assertThat(log.take()).extracting(LogRecord::getMessage).filteredOn(line -> line.contains("decision=GIVE_UP"))
          .singleElement().asString().contains("restarts=3/3 without progress");
    }

    @Test
    void b52_usesUpTheIntensityHoweverLongItTakesToFail() throws Throwable {
      assertThat(failureOf(SupervisorSpec.of("test"), 0, Duration.ofMinutes(1), Duration.ofHours(1))).isNotNull();
      assertThat(starts).hasSize(4);
      log.take();
    }
  }

  @Nested
  class ASourceWithGoodRuns {
    @Test
    void b12_isRestartedForEver() throws Throwable {
      assertThat(failureOf(SupervisorSpec.of("test"), 1, Duration.ofMinutes(1), Duration.ofHours(1))).isNull();
      assertThat(starts).hasSizeGreaterThan(50);
      log.take();
    }

    @Test
    void b12_waitsTheShortestTimeAgainAfterOne() throws Throwable {
      assertThat(
          failureOf(with(10, Duration.ofSeconds(1), Duration.ofSeconds(60)), 4, Duration.ZERO, Duration.ofMinutes(1)))
          .isNull();
      assertThat(waits()).startsWith(1L, 2L, 4L, 1L, 2L, 4L, 8L, 1L);
      log.take();
    }
  }

  @Nested
  class ACombinationThatCannotWork {
    @Test
    void b12_isToldOfWhenTheScopeOpens() {
      open(with(3, Duration.ofSeconds(1), Duration.ofSeconds(60)));
      assertThat(log.take()).extracting(LogRecord::getMessage)
          .containsExactly("scope test has a backoff of up to 1m, but gives up after 3 restarts without progress, of"
          + " which the last waits for 4s; to get there it takes an intensity of 7");
    }

    @Test
    void b12_isNotWhatReachesItsLongestWait() {
      open(with(7, Duration.ofSeconds(1), Duration.ofSeconds(60)));
      open(SupervisorSpec.of("none").withIntensity(Intensity.none())
          .withBackoff(Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(60))));
    }

    @Test
    void b52_isAlsoAsManyAttemptsAsRestarts() {
      var unfiltered = new ArrayList<String>();
      var handler = new java.util.logging.Handler() {
        @Override
        public void publish(LogRecord record) {
          unfiltered.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
      var logger = java.util.logging.Logger.getLogger("stage");
      logger.addHandler(handler);
      try {
        scope();
        open(Intensity.of(3)).start(Stage.consumer("three", QueueSink::new).withRedelivery(Redelivery.attempts(3)));
        assertThat(unfiltered).singleElement().asString().contains(
            "stage test/three has an event delivered again 3 times, but its supervisor gives up after 3 restarts");
        open(Intensity.of(4)).start(Stage.consumer("three", QueueSink::new).withRedelivery(Redelivery.attempts(3)));
        assertThat(unfiltered).hasSize(1);
      } finally {
        logger.removeHandler(handler);
      }
    }
  }
}
