package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
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
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

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
    return scope.childSnapshots().stream().filter(child -> child.name().equals(name)).findFirst().orElseThrow()
        .status();
  }

  /** Keeps a stage in a turn until it is let go, and then has it throw, if there is something to throw. */
  private static CountDownLatch busy(StageRef<Troupe.Actor> stage, Exception thrown) throws InterruptedException {
    var entered = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    stage.cast(actor -> {
      entered.countDown();
      go.await();
      if (thrown != null) throw thrown;
    });
    Await.open(entered, stage);
    return go;
  }

  @Nested
  class Stopping {
    @ParameterizedTest
    @EnumSource(names = {"PERMANENT", "TRANSIENT"})
    void s46_keepsTheSpec(Restart restart) throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = scope.start(troupe.actor("stage").withRestart(restart));
      scope.stopChild("stage");
      assertThat(stage.isAlive()).isFalse();
      assertThat(scope.childSnapshots())
          .containsExactly(new ChildSnapshot("stage", false, restart, ChildSnapshot.Status.STOPPED));
      scope.stopChild("stage");   // again changes nothing
      assertThat(scope.snapshot().crashes()).isZero();
    }

    @Test
    void s46_forgetsATemporaryOne() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      scope.start(troupe.actor("stage").withRestart(Restart.TEMPORARY));
      scope.stopChild("stage");
      assertThat(scope.childSnapshots()).isEmpty();
    }

    @Test
    void s32_s46_endsOneThatIsRestarting() throws Exception {
      Supervisor scope = backingOff();
      StageRef<Troupe.Actor> stage = restarting(scope, "stage");
      scope.stopChild("stage");
      assertThat(stage.isAlive()).isFalse();
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
      log.take();
    }

    @Test
    void s46_refusesWhatItDoesNotKnow() {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "there");
      assertThatThrownBy(() -> scope.stopChild("nowhere")).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("no child \"nowhere\" in scope test; there are: there");
    }

    @Test
    void s29_interruptsOneThatTakesTooLong() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage =
          scope.start(troupe.actor("stage").withShutdown(Shutdown.within(Duration.ofMillis(1))));
      var entered = new CountDownLatch(1);
      stage.cast(actor -> {
        entered.countDown();
        new CountDownLatch(1).await();
      });
      entered.await();
      scope.stopChild("stage");
      assertThat(stage.join()).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void s33_byManyAtOnceLetsAllWaitForTheOneEnd() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = troupe.start(scope, "stage");
      CountDownLatch go = busy(stage, null);
      List<Await.Other<Boolean>> stoppers = Stream.generate(() -> new Await.Other<>(() -> {
        scope.stopChild("stage");
        return stage.isAlive();
      })).limit(8).toList();
      stoppers.forEach(Await.Other::blocks);
      go.countDown();
      for (Await.Other<Boolean> stopper : stoppers) assertThat(stopper.result(stage)).isFalse();
      assertThat(troupe.story).containsExactly("stop stage#1 Stopped");
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
    }

    @Test
    void s31_reportsOneThatCrashesMeanwhileAndDoesNotRestartIt() throws Exception {
      Supervisor scope = open(Intensity.none());
      StageRef<Troupe.Actor> stage = troupe.start(scope, "stage");
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      CountDownLatch go = busy(stage, new IOException("off"));
      var stopper = new Await.Other<>(() -> {
        scope.stopChild("stage");
        return null;
      });
      stopper.blocks();
      go.countDown();
      stopper.result(stage);
      assertThat(stage.isAlive()).isFalse();
      assertThat(stage.snapshot().incarnation()).isEqualTo(1);
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
      Await.answered(other);
      assertThat(scope.snapshot().crashes()).isEqualTo(1);
      assertThat(log.take()).singleElement().satisfies(line -> assertThat(line.getThrown()).hasMessage("off"));
      scope.close();
    }

    @Test
    void s31_aCrashThatIsDecidedAboutOnlyAfterTheCancelFailsNobody() throws Exception {
      Supervisor scope = open(Intensity.none());
      var deciding = new CountDownLatch(1);
      Supervisor inner = scope.start(SupervisorSpec.of("inner").withShutdown(Duration.ZERO).withDecisions(failure -> {
        deciding.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException cancelled) {
          return Decision.RESTART;
        }
        throw new AssertionError("nobody opens that latch");
      }));
      StageRef<Troupe.Actor> stage = troupe.start(inner, "stage");
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      Troupe.crash(stage);
      Await.open(deciding, stage);
      scope.stopChild("inner");
      assertThat(stage.isAlive()).isFalse();
      assertThat(stage.snapshot().incarnation()).isEqualTo(1);
      Await.answered(other);
      assertThat(statusOf(scope, "inner")).isEqualTo(ChildSnapshot.Status.STOPPED);
      scope.close();
      assertThat(log.take()).singleElement().satisfies(line -> {
        assertThat(line.getMessage()).endsWith("decision=NONE: it was being cancelled");
        assertThat(line.getThrown()).hasMessage("off");
      });
    }

    @Test
    void s34_isAnsweredWhileItFailsToStartAgainAndAgain() throws Exception {
      Supervisor scope = open(Intensity.of(1_000_000));
      var starts = new AtomicInteger();
      StageRef<Troupe.Actor> stage = scope.start(Stage.consumer("stage", () -> {
        if (starts.incrementAndGet() > 1) throw new IOException("no second start");
        return troupe.new Actor();
      }));
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      Troupe.crash(stage);
      Await.until(() -> starts.get() > 20, "it fails again and again", stage);
      Await.answered(other);
      assertThat(statusOf(scope, "other")).isEqualTo(ChildSnapshot.Status.RUNNING);
      Await.result(() -> {
        scope.stopChild("stage");
        return null;
      }, stage);
      int last = starts.get();
      assertThat(stage.isAlive()).isFalse();
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
      Await.answered(other);
      scope.close();
      assertThat(starts).as("nothing starts after its end").hasValue(last);
      log.take();
    }

    @Test
    void isRefusedOnTheStagesOwnThread() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      StageRef<Troupe.Actor> stage = troupe.start(scope, "stage");
      assertThatThrownBy(() -> stage.call(actor -> {
        scope.stopChild("stage");
        return null;
      })).cause().isInstanceOf(ScopeMisuseException.class).hasMessageContaining("would wait for itself");
      Await.answered(stage);
    }
  }

  @Nested
  class Restarting {
    @Test
    void s18_s47_startsAStoppedOneAnewAndDoesNotCount() throws Exception {
      Supervisor scope = open(Intensity.none());
      StageRef<Troupe.Actor> first = troupe.start(scope, "stage");
      scope.stopChild("stage");
      StageRef<?> second = scope.restartChild("stage");
      assertThat(second).isNotSameAs(first);
      assertThat(second.snapshot().incarnation()).isEqualTo(1);
      assertThat(first.isAlive()).isFalse();
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.RUNNING);
      assertThat(scope.snapshot().restarts()).isZero();
    }

    @Test
    void f48_isNotDisturbedByTheBackoffThatItsStopHasEnded() throws Exception {
      Supervisor scope =
          open(SupervisorSpec.of("test").withBackoff(new Backoff(Duration.ofMillis(20), Duration.ofMillis(20), 0)));
      StageRef<Troupe.Actor> clock = troupe.start(scope, "clock");
      Troupe.crash(troupe.start(scope, "stage"));
      Await.until(() -> scope.snapshot().crashes() == 1, "it has crashed");
      scope.stopChild("stage");
      StageRef<?> again = scope.restartChild("stage");
      Troupe.crash(clock);
      Await.until(() -> clock.snapshot().incarnation() == 2, "a later backoff is over", clock);
      Await.answered(again);
      List<String> story = List.copyOf(troupe.story);
      assertThat(story).filteredOn(line -> line.startsWith("start stage")).last().isEqualTo("start stage#1");
      assertThat(story.subList(story.lastIndexOf("start stage#1") + 1, story.size()))
          .noneMatch(line -> line.contains("stage#"));
      log.take();
    }

    @Test
    void s47_refusesOneThatRuns() {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "stage");
      assertThatThrownBy(() -> scope.restartChild("stage")).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("child \"stage\" of scope test cannot be restarted, because it is running; stop it first");
    }

    @Test
    void s47_refusesOneThatIsRestarting() throws Exception {
      Supervisor scope = backingOff();
      restarting(scope, "stage");
      assertThatThrownBy(() -> scope.restartChild("stage")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("because it is restarting");
      log.take();
    }

    @Test
    void s47_thatFailsLeavesItStopped() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "stage");
      scope.stopChild("stage");
      troupe.failsInOnStart = "stage#1";
      assertThatThrownBy(() -> scope.restartChild("stage")).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("stage fright");
      assertThat(statusOf(scope, "stage")).isEqualTo(ChildSnapshot.Status.STOPPED);
      assertThat(scope.restartChild("stage").isAlive()).isTrue();
    }
  }

  @Nested
  class RestartingASupervisor {
    private final AtomicInteger inits = new AtomicInteger();
    private Supervisor scope;

    private Supervisor startInner(SupervisorSpec spec) {
      return scope.start(spec, inner -> {
        if (inits.incrementAndGet() == 2) throw new IOException("no second start");
        troupe.start(inner, "stage");
      });
    }

    @Test
    void c04_startsItsChildrenAgain() throws Exception {
      scope = open(Intensity.of(3));
      inits.set(10);
      Supervisor old = startInner(SupervisorSpec.of("inner"));
      scope.stopChild("inner");
      scope.stopChild("inner");   // again changes nothing
      assertThat(scope.childSnapshots())
          .containsExactly(new ChildSnapshot("inner", true, Restart.PERMANENT, ChildSnapshot.Status.STOPPED));
      assertThat(scope.counts()).isEqualTo(new ChildCounts(1, 0, 1, 0));
      assertThat(scope.tree().supervisors()).hasSize(1);
      Supervisor again = scope.restartSupervisor("inner");
      assertThat(again).isNotSameAs(old);
      Await.answered(again.child("stage"));
      assertThat(statusOf(scope, "inner")).isEqualTo(ChildSnapshot.Status.RUNNING);
      scope.stopChild("inner");
      assertThat(scope.restartChild("inner")).isNull();
      assertThat(inits).hasValue(13);
    }

    @Test
    void c04_thatFailsLeavesItStopped() {
      scope = open(Intensity.of(3));
      startInner(SupervisorSpec.of("inner"));
      scope.stopChild("inner");
      assertThatThrownBy(() -> scope.restartChild("inner"))
          .isInstanceOf(StageFailedException.class).hasRootCauseMessage("no second start");
      assertThat(statusOf(scope, "inner")).isEqualTo(ChildSnapshot.Status.STOPPED);
      assertThat(scope.restartSupervisor("inner").child("stage").isAlive()).isTrue();
    }

    @Test
    void c04_keepsItsNameUntilItIsDeleted() {
      scope = open(Intensity.of(3));
      startInner(SupervisorSpec.of("inner"));
      scope.stopChild("inner");
      assertThatThrownBy(() -> scope.start(SupervisorSpec.of("inner"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("is taken in scope test by a child that has ended");
      scope.deleteChild("inner");
      assertThat(scope.start(SupervisorSpec.of("inner")).childSnapshots()).isEmpty();
    }

    @Test
    void c04_forgetsATemporaryOneAndOneThatWasClosed() {
      scope = open(Intensity.of(3));
      inits.set(10);
      startInner(SupervisorSpec.of("temporary").withRestart(Restart.TEMPORARY));
      startInner(SupervisorSpec.of("closed")).close();
      scope.stopChild("temporary");
      assertThat(scope.childSnapshots()).isEmpty();
    }

    @Test
    void c04_refusesOneThatRunsAndOneThatIsAStage() {
      scope = open(Intensity.of(3));
      startInner(SupervisorSpec.of("inner"));
      troupe.start(scope, "stage");
      assertThatThrownBy(() -> scope.restartChild("inner")).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("child \"inner\" of scope test cannot be restarted, because it is running; stop it first");
      assertThatThrownBy(() -> scope.restartSupervisor("stage")).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("child \"stage\" of scope test is a stage, not a supervisor; use restartChild(\"stage\")");
    }
  }

  @Nested
  class Deleting {
    @Test
    void s48_freesTheName() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      troupe.start(scope, "stage");
      scope.stopChild("stage");
      scope.deleteChild("stage");
      assertThat(scope.childSnapshots()).isEmpty();
      troupe.start(scope, "stage");
    }

    @Test
    void s48_refusesOneThatRunsOrIsRestarting() throws Exception {
      Supervisor scope = backingOff();
      troupe.start(scope, "runs");
      restarting(scope, "restarting");
      assertThatThrownBy(() -> scope.deleteChild("runs")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("because it is running");
      assertThatThrownBy(() -> scope.deleteChild("restarting")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("because it is restarting");
      assertThatThrownBy(() -> scope.deleteChild("nowhere")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("no child");
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
      scope.stopChild("stopped");
      assertThatThrownBy(() -> scope.start(troupe.actor("runs"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("while both are alive");
      assertThatThrownBy(() -> scope.start(troupe.actor("restarting"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("is taken");
      assertThatThrownBy(() -> scope.start(troupe.actor("stopped"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("restartChild(\"stopped\") starts that one again, deleteChild(\"stopped\") frees the name");
      log.take();
    }

    @Test
    void s45_thatFailsLeavesNoTraceAndDoesNotCount() {
      Supervisor scope = open(Intensity.none());
      troupe.failsInOnStart = "stage#1";
      assertThatThrownBy(() -> scope.start(troupe.actor("stage"))).isInstanceOf(StageFailedException.class);
      assertThat(scope.childSnapshots()).isEmpty();
      troupe.start(scope, "stage");
    }

    @Test
    void s50_stopsAtTheMostChildren() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withMaxChildren(2)
          .withBackoff(new Backoff(Duration.ofDays(1), Duration.ofDays(1), 0)));
      troupe.start(scope, "runs");
      restarting(scope, "restarting");
      assertThatThrownBy(() -> scope.start(troupe.actor("third"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope test may have 2 children at most (maxChildren) and has that many already;"
              + " \"third\" cannot be started;"
              + " withMaxChildren(n) of its spec allows more");
      assertThat(troupe.story).doesNotContain("start third#1");
      scope.stopChild("runs");
      troupe.start(scope, "third");
      log.take();
    }

    @Test
    void sec14_areAMillionAtMostUnlessItIsToldOtherwise() {
      for (Strategy strategy : List.of(Strategy.ONE_FOR_ONE, Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE)) {
        assertThat(SupervisorSpec.of("test").withStrategy(strategy).maxChildren()).isEqualTo(1_000_000);
      }
    }

    @Test
    void sec14_areTenThousandAtMostInADynamicSupervisorUnlessItIsToldOtherwise() {
      SupervisorSpec dynamic = SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC);
      assertThat(dynamic.withMaxChildren(1_000_000).maxChildren()).isEqualTo(1_000_000);
      assertThat(SupervisorSpec.of("a").withMaxChildren(7).withStrategy(Strategy.DYNAMIC).maxChildren()).isEqualTo(7);
      Supervisor scope = open(dynamic);
      for (int i = 0; i < 10_000; i++) scope.start(SupervisorSpec.of("s" + i));   // which have no threads
      assertThatThrownBy(() -> scope.start(troupe.actor("visitor"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope test may have 10000 children at most (maxChildren, the default of a dynamic supervisor)"
              + " and has that many already; \"visitor\" cannot be started; withMaxChildren(n) of its spec"
              + " allows more");
    }

    @Test
    void s50_noneIsLegal() {
      Supervisor scope = open(SupervisorSpec.of("test").withMaxChildren(0));
      assertThatThrownBy(() -> scope.start(troupe.actor("first"))).isInstanceOf(ScopeMisuseException.class);
    }

    @Test
    void s03_refusesASignificantChildOfOneThatNeverShutsDown() {
      Supervisor scope = open(Intensity.of(3));
      assertThatThrownBy(() -> scope.start(troupe.actor("stage").asSignificant()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("give it withAutoShutdown(AutoShutdown.ANY) or ALL");
      assertThatThrownBy(() -> troupe.actor("stage").withRestart(Restart.PERMANENT).asSignificant())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class ATemporaryChild {
    /** The ref is left behind in here, so that it does not keep what is looked for. */
    private WeakReference<Object> startAndEnd(Supervisor scope, boolean byCrash) throws Exception {
      var argument = new Object();
      var weak = new WeakReference<>(argument);
      StageRef<Troupe.Actor> stage = scope.start(Stage.consumer("stage", () -> {
        argument.hashCode();
        return troupe.new Actor();
      }).withRestart(Restart.TEMPORARY));
      if (byCrash) Troupe.crash(stage);
      else stage.stop();
      Await.end(stage);
      return weak;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void s09_doesNotHoldOnToItsStartArguments(boolean byCrash) throws Exception {
      Supervisor scope = open(Intensity.of(3));
      WeakReference<Object> argument = startAndEnd(scope, byCrash);
      Await.collected(argument, "the argument");
      assertThat(scope.childSnapshots()).isEmpty();
      log.take();
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
      scope.stopChild("stopped");
      scope.start(SupervisorSpec.of("inner"));
      assertThat(scope.counts()).isEqualTo(new ChildCounts(4, 2, 1, 3));
      assertThat(scope.childSnapshots()).extracting(ChildSnapshot::status).containsExactly(
          ChildSnapshot.Status.RUNNING, ChildSnapshot.Status.RESTARTING, ChildSnapshot.Status.STOPPED,
          ChildSnapshot.Status.RUNNING);
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
      assertThatThrownBy(() -> scope.restartChild("stage")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("is not for a dynamic supervisor");
      assertThatThrownBy(() -> scope.deleteChild("stage")).isInstanceOf(ScopeMisuseException.class);
    }

    /** It takes 2 seconds; 100, where each start looks at all that are there. */
    @Test
    @Timeout(60)
    void s55_startsAndStopsFiftyThousandInLinearTime() throws Exception {
      int most = 50_000;
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC).withMaxChildren(most)
          .withShutdown(Duration.ofSeconds(30)));
      for (int i = 0; i < most; i++) scope.start(Stage.consumer("s" + i, () -> troupe.new Actor()));
      assertThat(scope.counts().active()).isEqualTo(most);
      scope.close();
      assertThat(scope.report().drained()).isEqualTo(most);
    }

    @Test
    void s29_cancelledOnesAreReportedUpToALimitAndNotTakenForOthersOfTheirNames() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC));
      for (int i = 0; i < 1200; i++) {
        scope.start(troupe.actor("s" + i).withShutdown(Shutdown.brutal()));
        scope.stopChild("s" + i);
      }
      scope.start(troupe.actor("s7"));
      scope.close();
      assertThat(scope.report().cancelled()).hasSize(1000).startsWith("test/s0", "test/s1").doesNotHaveDuplicates();
      assertThat(scope.report().drained()).isEqualTo(1);
    }

    @Test
    void s50_countsThoseThatAreThereHoweverTheyCameAndWent() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withMaxChildren(2).withIntensity(Intensity.of(10)));
      scope.start(troupe.actor("a"));
      for (int round = 0; round < 3; round++) {
        scope.start(troupe.actor("b"));
        assertThatThrownBy(() -> scope.start(troupe.actor("c"))).isInstanceOf(ScopeMisuseException.class)
            .hasMessageContaining("may have 2 children at most");
        scope.stopChild("b");
        scope.start(SupervisorSpec.of("c"));
        assertThatThrownBy(() -> scope.restartChild("b")).isInstanceOf(ScopeMisuseException.class)
            .hasMessageContaining("may have 2 children at most");
        scope.stopChild("c");
        scope.deleteChild("c");
        assertThatThrownBy(() -> scope.start(Stage.consumer("d", () -> null))).isInstanceOf(StageFailedException.class);
        scope.restartChild("b");
        assertThatThrownBy(() -> scope.start(troupe.actor("c"))).isInstanceOf(ScopeMisuseException.class)
            .hasMessageContaining("may have 2 children at most");
        scope.stopChild("b");
        scope.deleteChild("b");
      }
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
      StageRef<Troupe.Actor> significant =
          scope.start(troupe.actor("significant").withRestart(Restart.TEMPORARY).asSignificant());
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
      Await.answered(other);
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
      Await.answered(significant);
      log.takeRestarts(1);
    }

    @Test
    void s42_aCrashOfATransientOneThatIsStoppedForItIsNoNormalEnd() throws Exception {
      Supervisor scope = ChildrenTest.this
          .open(SupervisorSpec.of("test").withAutoShutdown(AutoShutdown.ANY).withDecisions(failure -> Decision.STOP));
      StageRef<Troupe.Actor> significant = scope.start(troupe.actor("significant").asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      Troupe.crash(significant, new IOException("off"));
      assertThat(Await.end(significant)).isInstanceOf(StopReason.Crashed.class);
      Await.answered(other);
      assertThat(scope.start(troupe.actor("late")).isAlive()).isTrue();
      assertThat(log.take()).hasSize(1);
    }

    @Test
    void s43_stoppingAChildDoesNotCount() throws Exception {
      Supervisor scope = open(AutoShutdown.ANY);
      scope.start(troupe.actor("significant").asSignificant());
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      scope.stopChild("significant");
      Await.answered(other);
      troupe.start(scope, "late");
    }

    @Test
    void s44_endsAChildSupervisorInGoodOrder() throws Exception {
      Supervisor scope = ChildrenTest.this.open(Intensity.of(3));
      Supervisor inner =
          scope.start(SupervisorSpec.of("inner").withRestart(Restart.TRANSIENT).withAutoShutdown(AutoShutdown.ANY));
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
