package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.ConsumerSpec;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/** A stage that finds in its {@code onStart} that it is not needed, as with {@code :ignore} in OTP. */
class IgnoredStartTest extends CrashTest {
  private final AtomicBoolean isNeeded = new AtomicBoolean();

  private final class Cache implements Stage.Consumer<Integer> {
    @Override
    public void onStart(StageContext context) {
      if (!isNeeded.get()) context.stop();
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  private ConsumerSpec<Integer, Cache> cache(Restart restart) {
    ProducerRef<Integer, ?> silent = start(Stage.source("silent", Integer.class));
    return Stage.consumer("cache", silent, Cache::new).withRestart(restart);
  }

  @Nested
  class AtItsFirstStart {
    @ParameterizedTest
    @EnumSource(value = Restart.class, names = {"PERMANENT", "TRANSIENT"})
    void s06_leavesASpecWithoutAProcess(Restart restart) throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Cache> cache = start(cache(restart));
      assertThat(Await.end(cache)).isEqualTo(new StopReason.Stopped());
      assertThat(cache.snapshot().incarnation()).isEqualTo(1);
      assertThat(scope.childSnapshots())
          .contains(new ChildSnapshot("cache", false, restart, ChildSnapshot.Status.STOPPED));
      isNeeded.set(true);
      assertThat(scope.restartChild("cache").snapshot().inputs()).hasSize(1);
      assertThat(scope.counts().active()).isEqualTo(2);
      assertThat(scope.snapshot().restarts()).isZero();
    }

    @Test
    void s06_leavesNoTraceOfATemporaryOne() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      Await.end(start(cache(Restart.TEMPORARY)));
      assertThat(scope.childSnapshots()).extracting(ChildSnapshot::name).containsExactly("silent");
    }

    @Test
    void s06_leavesNoTraceInADynamicSupervisor() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      Supervisor inner = scope.start(SupervisorSpec.of("inner").withStrategy(Strategy.DYNAMIC).withMaxChildren(1));
      ConsumerSpec<Integer, Cache> cache = cache(Restart.TRANSIENT);
      for (int round = 0; round < 3; round++) Await.end(inner.start(cache));
      assertThat(inner.childSnapshots()).isEmpty();
    }

    /** Whether it has ended or not when it would be subscribed. */
    @RepeatedTest(50)
    void s06_isNoFailureOfWhoStartsIt() throws Exception {
      open(Intensity.of(3));
      assertThat(Await.end(start(cache(Restart.TRANSIENT)))).isEqualTo(new StopReason.Stopped());
    }
  }

  @Test
  void s06_inARestartIsItsEnd() throws Exception {
    Supervisor scope = open(Intensity.of(3));
    isNeeded.set(true);
    StageRef<Cache> cache = start(cache(Restart.PERMANENT));
    isNeeded.set(false);
    Troupe.crash(cache);
    assertThat(Await.end(cache)).isEqualTo(new StopReason.Stopped());
    assertThat(cache.snapshot().incarnation()).isEqualTo(2);
    assertThat(scope.childSnapshots())
        .contains(new ChildSnapshot("cache", false, Restart.PERMANENT, ChildSnapshot.Status.STOPPED));
    log.takeRestarts(1);
  }
}
