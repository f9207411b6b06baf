package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageKilledException;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.runtime.time.Latch;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.simulation.SimulationOptions;

/**
 * S60: starts have a time limit of their own, if one is given. In simulated time, in which no start is late by chance.
 */
class StartTimeoutTest extends CrashTest {
  private static final Duration LIMIT = Duration.ofMillis(20);

  private final SimulatedTime time = new SimulatedTime(RecordedChoices.ofSeed(1), null, SimulationOptions.PLAIN);
  private final AtomicInteger incarnations = new AtomicInteger();
  private final AtomicInteger interrupts = new AtomicInteger();   // that were swallowed
  private Latch release;

  private interface Body {
    void run(Supervisor scope) throws Exception;
  }

  private void inScope(SupervisorSpec spec, Body body) throws Throwable {
    time.run(() -> {
      release = time.latch();
      try (Supervisor scope = Supervisor.open(spec)) {
        body.run(scope);
        release.open();
      }
    });
  }

  private void letTimeGoBy() throws InterruptedException {
    time.latch().await(Duration.ofSeconds(1).toNanos());
  }

  private enum Late {
    NEVER,
    /** Blocks, and an interrupt ends that. */
    UNTIL_INTERRUPTED,
    /** Blocks, and swallows interrupts. */
    UNTIL_RELEASED
  }

  /** Takes too long to start in one of its lives. */
  private final class Slow implements Stage.Consumer<Integer> {
    private final int lateLife;
    private final Late late;

    Slow(int lateLife, Late late) {
      this.lateLife = lateLife;
      this.late = late;
    }

    @Override
    public void onStart(StageContext context) throws InterruptedException {
      if (incarnations.incrementAndGet() != lateLife) return;
      switch (late) {
        case NEVER -> {}
        case UNTIL_INTERRUPTED -> release.await();
        case UNTIL_RELEASED -> awaitRelease();
      }
    }

    private void awaitRelease() {
      while (!release.isOpen()) {
        try {
          release.await();
        } catch (InterruptedException ignoredOnPurpose) {
          interrupts.incrementAndGet();
        }
      }
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  private ConsumerSpec<Integer, Slow> slow(int lateLife, Late late) {
    return Stage.consumer("slow", () -> new Slow(lateLife, late)).withStartTimeout(LIMIT);
  }

  @Test
  void s60_isAPositiveTime() {
    assertThatThrownBy(() -> slow(0, Late.NEVER).withStartTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("startTimeout must be above 0, but was PT0S; use StageOptions.NO_START_TIMEOUT for none");
  }

  @Test
  void s60_changesNothingForOneThatStartsInTime() throws Exception {
    open(SupervisorSpec.of("test").withIntensity(Intensity.of(3)));
    var stage = start(slow(0, Late.NEVER).withStartTimeout(Duration.ofHours(1)));
    stage.kill();
    Await.until(() -> stage.snapshot().incarnation() == 2, "it is restarted", stage);
    log.takeRestarts(1);
  }

  @Nested
  class AFirstStartThatIsLate {
    @Test
    void s60_isInterruptedAndFailsInTheCallersHands() throws Throwable {
      inScope(SupervisorSpec.of("test"), scope -> {
        StageFailedException failed =
            catchThrowableOfType(StageFailedException.class, () -> scope.start(slow(1, Late.UNTIL_INTERRUPTED)));
        assertThat(time.nanos()).isEqualTo(LIMIT.toNanos());
        assertThat(failed).hasMessageContaining("test/slow").hasMessageContaining("onStart");
        assertThat(failed.getCause()).isInstanceOf(StageKilledException.class)
            .hasMessage("the start of stage test/slow took longer than its start timeout of PT0.02S")
            .satisfies(late -> assertThat(late.getSuppressed()).hasAtLeastOneElementOfType(InterruptedException.class));
        assertThat(scope.counts().specs()).as("it leaves no trace").isZero();
      });
    }

    @Test
    void s60_isAbandonedIfItIgnoresItsInterrupt() throws Throwable {
      inScope(SupervisorSpec.of("test").withGrace(Duration.ofMillis(10)), scope -> {
        StageFailedException failed =
            catchThrowableOfType(StageFailedException.class, () -> scope.start(slow(1, Late.UNTIL_RELEASED)));
        assertThat(failed.getCause()).isInstanceOf(StageKilledException.class)
            .hasMessage("stage test/slow ignored its interrupt, sent because its start "
            + "took longer than its start timeout of PT0.02S, and its thread was abandoned");
        assertThat(scope.snapshot().abandoned()).isEqualTo(1);
        assertThat(incarnations).as("a stage that never ran is not restarted").hasValue(1);
        assertThat(interrupts).hasValue(1);
        assertThat(log.take()).extracting(LogRecord::getMessage).singleElement().asString()
            .contains("its thread was abandoned, 1/4");
      });
    }
  }

  @Nested
  class ARestartThatIsLate {
    @Test
    void s60_s15_isACrashThatCounts() throws Throwable {
      inScope(SupervisorSpec.of("test").withIntensity(Intensity.of(2)), scope -> {
        ConsumerRef<Integer, Slow> stage = scope.start(slow(2, Late.UNTIL_INTERRUPTED));
        stage.kill();
        letTimeGoBy();
        assertThat(stage.snapshot().incarnation()).as("a later start is in time").isEqualTo(2);
        assertThat(incarnations).hasValue(3);
        assertThat(scope.snapshot().crashes()).isEqualTo(2);
        assertThat(log.take()).extracting(LogRecord::getMessage)
            .satisfiesExactly(killed -> assertThat(killed).contains("in=kill"),
                late -> assertThat(late).contains("in=onStart").contains("restarts=2/2"));
      });
    }

    @Test
    void s60_isAbandonedIfItIgnoresItsInterrupt() throws Throwable {
      inScope(SupervisorSpec.of("test").withIntensity(Intensity.of(2)).withGrace(Duration.ofMillis(10)), scope -> {
        ConsumerRef<Integer, Slow> stage = scope.start(slow(2, Late.UNTIL_RELEASED));
        stage.kill();
        letTimeGoBy();
        assertThat(stage.snapshot().incarnation()).as("a later start is in time").isEqualTo(2);
        assertThat(scope.snapshot().abandoned()).isEqualTo(1);
        assertThat(log.take()).extracting(LogRecord::getMessage).hasSize(3);
      });
    }
  }

  @Nested
  class AReplacementThatIsLate {
    @Test
    void s60_isRefusedAndTheOldBehaviourGoesOn() throws Throwable {
      inScope(SupervisorSpec.of("test").withIntensity(Intensity.none()), scope -> {
        ConsumerRef<Integer, Slow> stage = scope.start(slow(2, Late.UNTIL_INTERRUPTED));
        assertThatThrownBy(() -> stage.replace(() -> new Slow(2, Late.UNTIL_INTERRUPTED)))
            .isInstanceOf(CallFailedException.class)
            .hasRootCauseMessage("the start of stage test/slow took longer than its start timeout of PT0.02S");
        assertThat(stage.<Boolean>call(behaviour -> Thread.currentThread().isInterrupted())).isFalse();
        assertThat(stage.snapshot().incarnation()).isEqualTo(1);
      });
    }
  }
}
