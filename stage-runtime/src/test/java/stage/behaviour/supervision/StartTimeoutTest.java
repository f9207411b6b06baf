package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailed;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageKilled;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailed;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/** S60: starts have a time limit of their own, if one is given. */
class StartTimeoutTest extends CrashTest {
  private static final Duration LIMIT = Duration.ofMillis(20);

  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<Thread> stuck = new LinkedBlockingQueue<>();
  private final AtomicInteger incarnations = new AtomicInteger();

  @AfterEach
  void letTheLateOnesGo() throws InterruptedException {
    release.countDown();
    for (Thread thread : stuck) thread.join();
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
      stuck.add(Thread.currentThread());
      while (true) {
        try {
          release.await();
          return;
        } catch (InterruptedException ignoredOnPurpose) {
          Thread.onSpinWait();   // goes on waiting
        }
      }
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  private ConsumerSpec<Integer, Slow> slow(int lateLife, Late late) {
    return Stage.<Integer, Slow>consumer("slow", () -> new Slow(lateLife, late)).withStartTimeout(LIMIT);
  }

  @Test
  void s60_isAPositiveTime() {
    assertThatThrownBy(() -> slow(0, Late.NEVER).withStartTimeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class)
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
    void s60_isInterruptedAndFailsInTheCallersHands() {
      Supervisor scope = open(SupervisorSpec.of("test"));
      StageFailed failed = catchThrowableOfType(StageFailed.class, () -> start(slow(1, Late.UNTIL_INTERRUPTED)));
      assertThat(failed).hasMessageContaining("test/slow").hasMessageContaining("onStart");
      assertThat(failed.getCause()).isInstanceOf(StageKilled.class)
          .hasMessage("the start of stage test/slow took longer than its start timeout of PT0.02S")
          .hasSuppressedException(new InterruptedException());
      assertThat(scope.counts().specs()).as("it leaves no trace").isZero();
    }

    @Test
    void s60_isAbandonedIfItIgnoresItsInterrupt() {
      Supervisor scope = open(SupervisorSpec.of("test").withGrace(Duration.ofMillis(10)));
      StageFailed failed = catchThrowableOfType(StageFailed.class, () -> start(slow(1, Late.UNTIL_RELEASED)));
      assertThat(failed.getCause()).isInstanceOf(StageKilled.class).hasMessage("stage test/slow ignored its interrupt, sent because its start "
          + "took longer than its start timeout of PT0.02S, and its thread was abandoned");
      assertThat(scope.snapshot().abandoned()).isEqualTo(1);
      assertThat(incarnations).as("a stage that never ran is not restarted").hasValue(1);
      assertThat(log.take()).extracting(LogRecord::getMessage).singleElement().asString().contains("its thread was abandoned, 1/4");
      release.countDown();
    }
  }

  @Nested
  class ARestartThatIsLate {
    @Test
    void s60_s15_isACrashThatCounts() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withIntensity(Intensity.of(2)));
      ConsumerRef<Integer, Slow> stage = start(slow(2, Late.UNTIL_INTERRUPTED));
      stage.kill();
      Await.until(() -> stage.snapshot().incarnation() == 2, "a later start is in time", stage);
      assertThat(incarnations).hasValue(3);
      assertThat(scope.snapshot().crashes()).isEqualTo(2);
      assertThat(log.take()).extracting(LogRecord::getMessage)
          .satisfiesExactly(killed -> assertThat(killed).contains("in=kill"), late -> assertThat(late).contains("in=onStart").contains("restarts=2/2"));
    }

    @Test
    void s60_isAbandonedIfItIgnoresItsInterrupt() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withIntensity(Intensity.of(2)).withGrace(Duration.ofMillis(10)));
      ConsumerRef<Integer, Slow> stage = start(slow(2, Late.UNTIL_RELEASED));
      stage.kill();
      Await.until(() -> stage.snapshot().incarnation() == 2, "a later start is in time", stage);
      assertThat(scope.snapshot().abandoned()).isEqualTo(1);
      assertThat(log.take()).extracting(LogRecord::getMessage).hasSize(3);
      release.countDown();
    }
  }

  @Nested
  class AReplacementThatIsLate {
    @Test
    void s60_isRefusedAndTheOldBehaviourGoesOn() throws Exception {
      open(SupervisorSpec.of("test").withIntensity(Intensity.none()));
      ConsumerRef<Integer, Slow> stage = start(slow(2, Late.UNTIL_INTERRUPTED));
      assertThatThrownBy(() -> stage.replace(() -> new Slow(2, Late.UNTIL_INTERRUPTED))).isInstanceOf(CallFailed.class)
          .hasRootCauseMessage("the start of stage test/slow took longer than its start timeout of PT0.02S");
      assertThat(stage.<Boolean>call(behaviour -> Thread.currentThread().isInterrupted())).isFalse();
      assertThat(stage.snapshot().incarnation()).isEqualTo(1);
    }
  }
}
