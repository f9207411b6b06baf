package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Restart;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.Backoff;
import stage.api.supervision.ChildCounts;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuse;
import stage.api.supervision.StageFailed;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support2.Await;
import stage.behaviour.support3.CrashTest;

class ChildrenTest extends CrashTest {
  private final Troupe troupe = new Troupe();

  private Supervisor backingOff() {
    return open(SupervisorSpec.of("test").withBackoff(new Backoff(Duration.ofDays(1), Duration.ofDays(1), 0)));
  }

  private StageRef<Troupe.Actor> restarting(Supervisor scope, String name) throws InterruptedException {
    StageRef<Troupe.Actor> stage = troupe.start(scope, name);
    Troupe.crash(stage);
    Await.until(() -> stage.snapshot().status() == StageSnapshot.Status.BACKING_OFF, "it backs off", stage);
    return stage;
  }

  private static ChildSnapshot.Status statusOf(Supervisor scope, String name) {
    return scope.childSnapshots().stream().filter(child -> child.name().equals(name)).findFirst().orElseThrow().status();
  }

  @Nested
  class Stopping {
    @ParameterizedTest
    @EnumSource(names = {"PERMANENT", "TRANSIENT"})
    void s46_keepsTheSpec(Restart restart) throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = scope.start(troupe.actor("stage").withRestart(restart));
      scope.stop("stage");
      assertThat(stage.isAlive()).isFalse();
      assertThat(scope.childSnapshots()).containsExactly(new ChildSnapshot("stage", false, restart, ChildSnapshot.Status.STOPPED));
      scope.stop("stage");   // again changes nothing
      assertThat(scope.snapshot().crashes()).isZero();
    }

    @Test
    void s46_forgetsATemporaryOne() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      scope.start(troupe.actor("stage").withRestart(Restart.TEMPORARY));
      scope.stop("stage");
      assertThat(scope.childSnapshots()).isEmpty();
    }

    @Test
    void s32_s46_endsOneThatIsRestarting() throws Exception {
      Supervisor scope = backingOff();
      StageRef<Troupe.Actor> stage = restarting(scope, "stage");
      scope.stop("stage");
      assertThat(stage.isAlive()).isFalse();
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
      log.take();
    }

    @Test
    void s46_refusesWhatItDoesNotKnow() {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "there");
      assertThatThrownBy(() -> scope.stop("nowhere")).isInstanceOf(ScopeMisuse.class)
          .hasMessage("no child \"nowhere\" in scope test; there are: there");
    }

    @Test
    void s29_interruptsOneThatTakesTooLong() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = scope.start(troupe.actor("stage").withShutdown(Shutdown.within(Duration.ofMillis(1))));
      var entered = new CountDownLatch(1);
      stage.cast(actor -> {
        entered.countDown();
        new CountDownLatch(1).await();
      });
      entered.await();
      scope.stop("stage");
      assertThat(stage.join()).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void isRefusedOnTheStagesOwnThread() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = troupe.start(scope, "stage");
      assertThatThrownBy(() -> stage.call(actor -> {
        scope.stop("stage");
        return null;
      })).cause().isInstanceOf(ScopeMisuse.class).hasMessageContaining("would wait for itself");
      Await.turn(stage);
    }
  }

  @Nested
  class Restarting {
    @Test
    void s18_s47_startsAStoppedOneAnewAndDoesNotCount() throws Exception {
      Supervisor scope = open(Intensity.none());
      StageRef<Troupe.Actor> first = troupe.start(scope, "stage");
      scope.stop("stage");
      StageRef<?> second = scope.restart("stage");
      assertThat(second).isNotSameAs(first);
      assertThat(second.snapshot().incarnation()).isEqualTo(1);
      assertThat(first.isAlive()).isFalse();
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.RUNNING);
      assertThat(scope.snapshot().restarts()).isZero();
    }

    @Test
    void s47_refusesOneThatRuns() {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "stage");
      assertThatThrownBy(() -> scope.restart("stage")).isInstanceOf(ScopeMisuse.class)
          .hasMessage("child \"stage\" of scope test cannot be restarted, because it is running; stop it first");
    }

    @Test
    void s47_refusesOneThatIsRestarting() throws Exception {
      Supervisor scope = backingOff();
      restarting(scope, "stage");
      assertThatThrownBy(() -> scope.restart("stage")).isInstanceOf(ScopeMisuse.class).hasMessageContaining("because it is restarting");
      log.take();
    }

    @Test
    void s47_thatFailsLeavesItStopped() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "stage");
      scope.stop("stage");
      troupe.failsInOnStart = "stage#1";
      assertThatThrownBy(() -> scope.restart("stage")).isInstanceOf(StageFailed.class).hasRootCauseMessage("stage fright");
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
      assertThat(scope.restart("stage").isAlive()).isTrue();
    }
  }

  @Nested
  class Deleting {
    @Test
    void s48_freesTheName() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "stage");
      scope.stop("stage");
      scope.delete("stage");
      assertThat(scope.childSnapshots()).isEmpty();
      troupe.start(scope, "stage");
    }

    @Test
    void s48_refusesOneThatRunsOrIsRestarting() throws Exception {
      Supervisor scope = backingOff();
      troupe.start(scope, "runs");
      restarting(scope, "restarting");
      assertThatThrownBy(() -> scope.delete("runs")).isInstanceOf(ScopeMisuse.class).hasMessageContaining("because it is running");
      assertThatThrownBy(() -> scope.delete("restarting")).isInstanceOf(ScopeMisuse.class).hasMessageContaining("because it is restarting");
      assertThatThrownBy(() -> scope.delete("nowhere")).isInstanceOf(ScopeMisuse.class).hasMessageContaining("no child");
      log.take();
    }
  }

  @Nested
  class Starting {
    @Test
    void s45_refusesANameThatIsTaken() throws Exception {
      Supervisor scope = backingOff();
      troupe.start(scope, "runs");
      restarting(scope, "restarting");
      troupe.start(scope, "stopped");
      scope.stop("stopped");
      assertThatThrownBy(() -> scope.start(troupe.actor("runs"))).isInstanceOf(ScopeMisuse.class).hasMessageContaining("while both are alive");
      assertThatThrownBy(() -> scope.start(troupe.actor("restarting"))).isInstanceOf(ScopeMisuse.class).hasMessageContaining("is taken");
      assertThatThrownBy(() -> scope.start(troupe.actor("stopped"))).isInstanceOf(ScopeMisuse.class)
          .hasMessageContaining("restart(\"stopped\") starts that one again, delete(\"stopped\") frees the name");
      log.take();
    }

    @Test
    void s45_thatFailsLeavesNoTraceAndDoesNotCount() {
      Supervisor scope = open(Intensity.none());
      troupe.failsInOnStart = "stage#1";
      assertThatThrownBy(() -> scope.start(troupe.actor("stage"))).isInstanceOf(StageFailed.class);
      assertThat(scope.childSnapshots()).isEmpty();
      troupe.start(scope, "stage");
    }

    @Test
    void s50_stopsAtTheMostChildren() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withMaxChildren(2).withBackoff(new Backoff(Duration.ofDays(1), Duration.ofDays(1), 0)));
      troupe.start(scope, "runs");
      restarting(scope, "restarting");
      assertThatThrownBy(() -> scope.start(troupe.actor("third"))).isInstanceOf(ScopeMisuse.class)
          .hasMessage("scope test may have 2 children at most (maxChildren) and has them; \"third\" cannot be started");
      assertThat(troupe.story).doesNotContain("start third#1");
      scope.stop("runs");
      troupe.start(scope, "third");
      log.take();
    }

    @Test
    void s50_noneIsLegal() {
      Supervisor scope = open(SupervisorSpec.of("test").withMaxChildren(0));
      assertThatThrownBy(() -> scope.start(troupe.actor("first"))).isInstanceOf(ScopeMisuse.class);
    }

    @Test
    void s03_refusesASignificantChildOfOneThatNeverShutsDown() {
      Supervisor scope = open(Intensity.of(3));
      assertThatThrownBy(() -> scope.start(troupe.actor("stage").asSignificant())).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("give it withAutoShutdown(AutoShutdown.ANY) or ALL");
      assertThatThrownBy(() -> troupe.actor("stage").withRestart(Restart.PERMANENT).asSignificant()).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class Counting {
    @Test
    void s51_tellsSpecsFromActiveOnes() throws Exception {
      Supervisor scope = backingOff();
      troupe.start(scope, "runs");
      restarting(scope, "restarting");
      troupe.start(scope, "stopped");
      scope.stop("stopped");
      scope.start(SupervisorSpec.of("inner"));
      assertThat(scope.counts()).isEqualTo(new ChildCounts(4, 2, 1, 3));
      assertThat(scope.childSnapshots()).extracting(ChildSnapshot::status).containsExactly(
          ChildSnapshot.Status.RUNNING, ChildSnapshot.Status.RESTARTING, ChildSnapshot.Status.STOPPED, ChildSnapshot.Status.RUNNING);
      log.take();
    }

    @Test
    void s52_neverWaitsForAChild() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = troupe.start(scope, "stage");
      var entered = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      stage.cast(actor -> {
        entered.countDown();
        go.await();
      });
      entered.await();
      assertThat(scope.counts().active()).isEqualTo(1);
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.RUNNING);
      go.countDown();
    }
  }

  @Nested
  class ADynamicSupervisor {
    @Test
    void s49_forgetsWhoHasEndedAndRefusesToRestartOrDelete() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC));
      StageRef<Troupe.Actor> stage = troupe.start(scope, "stage");
      stage.stop();
      Await.end(stage);
      Await.until(() -> scope.childSnapshots().isEmpty(), "it is forgotten");
      troupe.start(scope, "stage");
      assertThatThrownBy(() -> scope.restart("stage")).isInstanceOf(ScopeMisuse.class).hasMessageContaining("is not for a dynamic supervisor");
      assertThatThrownBy(() -> scope.delete("stage")).isInstanceOf(ScopeMisuse.class);
    }

    @Test
    void s55_startsAndStopsTenThousand() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC).withShutdown(Duration.ofSeconds(30)));
      for (int i = 0; i < 10_000; i++) scope.start(Stage.consumer("s" + i, () -> troupe.new Actor()));
      assertThat(scope.counts().active()).isEqualTo(10_000);
      scope.close();
      assertThat(scope.report().drained()).isEqualTo(10_000);
    }
  }

  @Nested
  class AutomaticShutdown {
    private Supervisor open(AutoShutdown when) {
      return ChildrenTest.this.open(SupervisorSpec.of("test").withAutoShutdown(when));
    }

    @Test
    void s40_anyComesWithTheFirstSignificantOneThatEndsNormally() throws Exception {
      Supervisor scope = open(AutoShutdown.ANY);
      StageRef<Troupe.Actor> significant = scope.start(troupe.actor("significant").asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      significant.stop();
      assertThat(Await.end(other)).isEqualTo(new StopReason.Stopped());
      scope.join();
    }

    @Test
    void s40_anyComesWithATemporaryOneThatCrashes() throws Exception {
      Supervisor scope = open(AutoShutdown.ANY);
      StageRef<Troupe.Actor> significant = scope.start(troupe.actor("significant").withRestart(Restart.TEMPORARY).asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      Troupe.crash(significant);
      Await.end(other);
      scope.join();
      log.take();
    }

    @Test
    void s41_allComesWithTheLast() throws Exception {
      Supervisor scope = open(AutoShutdown.ALL);
      StageRef<Troupe.Actor> first = scope.start(troupe.actor("first").asSignificant());
      StageRef<Troupe.Actor> second = scope.start(troupe.actor("second").asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      first.stop();
      Await.end(first);
      Await.turn(other);
      second.stop();
      Await.end(other);
      scope.join();
    }

    @Test
    void s42_aCrashOfATransientOneIsARestart() throws Exception {
      Supervisor scope = open(AutoShutdown.ANY);
      StageRef<Troupe.Actor> significant = scope.start(troupe.actor("significant").asSignificant());
      Troupe.crash(significant, new IOException("off"));
      Await.until(() -> significant.snapshot().incarnation() == 2, "it is restarted", significant);
      Await.turn(significant);
      log.takeRestarts(1);
    }

    @Test
    void s43_stoppingAChildDoesNotCount() throws Exception {
      Supervisor scope = open(AutoShutdown.ANY);
      scope.start(troupe.actor("significant").asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      scope.stop("significant");
      Await.turn(other);
      troupe.start(scope, "late");
    }

    @Test
    void s44_endsAChildSupervisorInGoodOrder() throws Exception {
      Supervisor scope = ChildrenTest.this.open(Intensity.of(3));
      Supervisor inner = scope.start(SupervisorSpec.of("inner").withRestart(Restart.TRANSIENT).withAutoShutdown(AutoShutdown.ANY));
      StageRef<Troupe.Actor> significant = inner.start(troupe.actor("significant").asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(inner, "other");
      significant.stop();
      Await.end(other);
      Await.until(() -> scope.childSnapshots().isEmpty(), "it is no child any more");
      assertThat(scope.snapshot().escalations()).isZero();
      scope.join();
    }
  }
}
