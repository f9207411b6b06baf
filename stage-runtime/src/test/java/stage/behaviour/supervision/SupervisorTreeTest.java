package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.Restart;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.ChildCounts;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

class SupervisorTreeTest extends CrashTest {
  private final Troupe troupe = new Troupe();

  private static SupervisorSpec named(String name, int intensity) {
    return SupervisorSpec.of(name).withIntensity(Intensity.of(intensity));
  }

  private void crashAndAwaitItsRestart(StageRef<Troupe.Actor> stage) throws InterruptedException {
    int before = stage.snapshot().incarnation();
    Troupe.crash(stage);
    Await.until(() -> stage.snapshot().incarnation() > before || !stage.isAlive(), "it is restarted or given up",
        stage);
  }

  @Nested
  class AChild {
    @Test
    void hasAPathBelowItsParents() throws Exception {
      Supervisor scope = open(named("shop", 3));
      Supervisor eu = scope.start(named("eu", 3));
      StageRef<Troupe.Actor> orders = troupe.start(eu, "orders");
      assertThat(orders.path()).isEqualTo("shop/eu/orders");
      assertThat(orders.<String>call(actor -> Thread.currentThread().getName())).isEqualTo("stage:shop/eu/orders#1");
      assertThat(eu).hasToString("supervisor shop/eu");
    }

    @Test
    void isClosedWithItsScope() throws Exception {
      Supervisor scope = open(named("test", 3));
      StageRef<Troupe.Actor> stage = troupe.start(scope.start(named("inner", 3)), "stage");
      scope.close();
      assertThat(stage.join()).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void mayBeClosedBeforeByAnyThread() throws Exception {
      Supervisor scope = open(named("test", 3));
      Supervisor inner = scope.start(named("inner", 3));
      StageRef<Troupe.Actor> stage = troupe.start(inner, "stage");
      StageRef<Troupe.Actor> other = troupe.start(scope, "other");
      Await.result(() -> {
        inner.close();
        return null;
      });
      assertThat(stage.isAlive()).isFalse();
      assertThat(other.isAlive()).isTrue();
      assertThat(scope.childSnapshots()).extracting(ChildSnapshot::name).containsExactly("other");
      assertThatThrownBy(() -> inner.start(troupe.actor("late"))).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("is closed");
    }

    @Test
    void s33_f41_mayBeClosedByManyAtOnceWhoAllWaitForTheOneEnd() throws Exception {
      Supervisor scope = open(named("test", 3));
      Supervisor inner = scope.start(named("inner", 3));
      StageRef<Troupe.Actor> stage = troupe.start(inner, "stage");
      var entered = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      stage.cast(actor -> {
        entered.countDown();
        go.await();
      });
      Await.open(entered, stage);
      List<Await.Other<Boolean>> closers = Stream.generate(() -> new Await.Other<>(() -> {
        inner.close();
        return stage.isAlive();
      })).limit(8).toList();
      closers.forEach(Await.Other::blocks);
      go.countDown();
      for (Await.Other<Boolean> closer : closers) assertThat(closer.result(stage)).isFalse();
      assertThat(troupe.story).containsExactly("stop inner/stage#1 Stopped");
      inner.close();
      assertThat(scope.childSnapshots()).isEmpty();
    }

    @Test
    void f40_isNotClosedByItsOwnStage() throws Exception {
      Supervisor inner = open(named("test", 3)).start(named("inner", 3));
      StageRef<Troupe.Actor> stage = troupe.start(inner, "stage");
      assertThatThrownBy(() -> stage.call(actor -> {
        inner.close();
        return null;
      })).cause().isInstanceOf(ScopeMisuseException.class).hasMessageContaining("use stop()");
      stage.cast(actor -> inner.stop());
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void s07_mayHaveNoChildren() {
      Supervisor scope = open(named("test", 3));
      Supervisor inner = scope.start(named("inner", 3));
      assertThat(inner.counts()).isEqualTo(new ChildCounts(0, 0, 0, 0));
      inner.close();
      assertThat(scope.childSnapshots()).isEmpty();
    }
  }

  @Nested
  class ItsStart {
    @Test
    void s04_s05_unwindsInReverseOrderIfAChildFails() {
      Supervisor scope = open(named("test", 3));
      troupe.failsInOnStart = "inner/c#1";
      StageFailedException failed =
          catchThrowableOfType(StageFailedException.class, () -> scope.start(named("inner", 3), inner -> {
        inner.start(troupe.actor("a"));
        inner.start(troupe.actor("b"));
        inner.start(troupe.actor("c"));
        inner.start(troupe.actor("d"));
      }));
      assertThat(failed).hasMessageContaining("stage test/inner failed in its start")
          .hasRootCauseMessage("stage fright");
      assertThat(new ArrayList<>(troupe.story)).containsExactly(
          "start inner/a#1", "start inner/b#1", "failed inner/c#1", "stop inner/b#1 Stopped", "stop inner/a#1 Stopped");
      assertThat(scope.childSnapshots()).isEmpty();
      assertThat(scope.snapshot().crashes()).isZero();
    }

    @Test
    void s03_refusesAPermanentOneThatShutsItselfDown() {
      Supervisor scope = open(named("test", 3));
      assertThatThrownBy(() -> scope.start(named("inner", 3).withAutoShutdown(AutoShutdown.ANY)))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("use withRestart(Restart.TRANSIENT)");
    }
  }

  @Nested
  class GivingUp {
    @Test
    void s37_restartsAllItsStagesInPlaceWithAnEmptyWindow() throws Exception {
      Supervisor scope = open(named("test", 3));
      Supervisor inner = scope.start(named("inner", 1));
      StageRef<Troupe.Actor> a = troupe.start(inner, "a");
      StageRef<Troupe.Actor> b = troupe.start(inner, "b");
      StageRef<Troupe.Actor> outside = troupe.start(scope, "outside");
      a.cast(actor -> actor.calls.set(1));
      b.cast(actor -> actor.calls.set(2));
      crashAndAwaitItsRestart(b);
      crashAndAwaitItsRestart(b);
      Await.until(() -> a.snapshot().incarnation() == 2 && b.snapshot().incarnation() == 3, "both are restarted", a, b);
      crashAndAwaitItsRestart(a);   // the window is empty, so this one is within it
      assertThat(outside.snapshot().incarnation()).isEqualTo(1);
      assertThat(a.<Integer>call(actor -> actor.calls.value())).as("a bystander keeps its state").isEqualTo(1);
      assertThat(b.<Integer>call(actor -> actor.calls.value()))
          .as("the one that would not stop crashing starts with a clean slate").isZero();
      assertThat(scope.snapshot().escalations()).isEqualTo(1);
      List<String> lines = log.take().stream().map(LogRecord::getMessage).toList();
      assertThat(lines.get(1))
          .isEqualTo("supervisor=test/inner child=b#2 crashed in=a cast decision=GIVE_UP restarts=1/1 in 5s;"
          + " RESTART_SUPERVISOR by=test restarts=1/3 in 5s");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 2", "1, 1", "2, 1", "2, 3"})
    void s38_theTopGivesUpAfterTheProductOfBothLimits(int outer, int inner) throws Exception {
      Supervisor scope = open(named("test", outer));
      StageRef<Troupe.Actor> leaf = troupe.start(scope.start(named("inner", inner)), "leaf");
      int crashes = 0;
      while (leaf.isAlive()) {
        crashAndAwaitItsRestart(leaf);
        crashes++;
      }
      assertThat(crashes).isEqualTo((outer + 1) * (inner + 1));
      theScopeMayFail();
      assertThatThrownBy(scope::close).isInstanceOf(StageFailedException.class).hasRootCauseMessage("off");
      log.take();
    }

    @Test
    void s39_atTheRootFailsTheScopeWithTheHistory() throws Exception {
      Supervisor scope = open(named("test", 2));
      StageRef<Troupe.Actor> leaf = troupe.start(scope, "leaf");
      for (int i = 1; i <= 3; i++) {
        int before = i;
        Troupe.crash(leaf, new IOException("number " + i));
        Await.until(() -> leaf.snapshot().incarnation() > before || !leaf.isAlive(), "it is restarted or given up",
            leaf);
      }
      theScopeMayFail();
      StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::join);
      assertThat(failed).hasRootCauseMessage("number 3");
      assertThat(failed.history()).extracting(failure -> failure.cause().getMessage()).containsExactly("number 1",
          "number 2", "number 3");
      log.takeRestartsAndGivingUp(2);
    }

    @Test
    void s19_s37_aTransientOneIsNotRestarted() throws Exception {
      Supervisor scope = open(named("test", 3));
      Supervisor inner = scope.start(named("inner", 0).withRestart(Restart.TRANSIENT));
      StageRef<Troupe.Actor> a = troupe.start(inner, "a");
      StageRef<Troupe.Actor> b = troupe.start(inner, "b");
      StageRef<Troupe.Actor> outside = troupe.start(scope, "outside");
      Troupe.crash(a);
      assertThat(Await.end(a)).isInstanceOf(StopReason.Crashed.class);
      assertThat(Await.end(b)).isEqualTo(new StopReason.Stopped());
      assertThatThrownBy(inner::join).isInstanceOf(StageFailedException.class);
      Await.answered(outside);
      Await.until(() -> scope.childSnapshots().size() == 1, "the supervisor is no child any more");
      scope.close();
      log.take();
    }

    @Test
    void s23_underRestForOneTakesLaterSiblingsOfTheSupervisorAlong() throws Exception {
      Supervisor scope = open(named("test", 3).withStrategy(Strategy.REST_FOR_ONE));
      StageRef<Troupe.Actor> before = troupe.start(scope, "before");
      StageRef<Troupe.Actor> leaf = troupe.start(scope.start(named("inner", 0)), "leaf");
      StageRef<Troupe.Actor> after = troupe.start(scope, "after");
      Troupe.crash(leaf);
      Await.until(() -> leaf.snapshot().incarnation() == 2 && after.snapshot().incarnation() == 2, "both are restarted",
          leaf, after);
      assertThat(before.snapshot().incarnation()).isEqualTo(1);
      log.take();
    }
  }

  @Nested
  class ADeepTree {
    private StageRef<Troupe.Actor> leafOf(Supervisor scope, int intensity) {
      Supervisor at = scope;
      for (int i = 0; i < 3000; i++) at = at.start(named("s", intensity));
      return troupe.start(at, "leaf");
    }

    @Test
    void f43_sec14_closesWithoutOverflowingTheStack() throws Exception {
      Supervisor scope = open(named("test", 3).withMaxDepth(3001));
      StageRef<Troupe.Actor> leaf = leafOf(scope, 3);
      scope.close();
      assertThat(leaf.isAlive()).isFalse();
    }

    @Test
    void f43_sec14_escalatesWithoutOverflowingTheStack() throws Exception {
      Supervisor scope = open(named("test", 3).withMaxDepth(3001));
      StageRef<Troupe.Actor> leaf = leafOf(scope, 0);
      Troupe.crash(leaf);
      troupe.next(2, leaf);   // it has stopped, and is starting again
      Await.until(() -> leaf.snapshot().incarnation() == 2, "the leaf is restarted", leaf);
      assertThat(scope.snapshot().escalations()).isEqualTo(3000);
      assertThat(log.take()).hasSize(1);
      scope.close();
      assertThat(scope.report().isClean()).isTrue();
    }

    @Test
    void f43_sec14_unwindsWithoutOverflowingTheStack() throws Exception {
      Supervisor scope = open(named("test", 3).withMaxDepth(3001));
      var failure = new IOException("not today");
      assertThatThrownBy(() -> scope.start(named("top", 3), top -> {
        leafOf(top, 3);
        throw failure;
      })).isInstanceOf(StageFailedException.class).hasCause(failure);
      assertThat(scope.childSnapshots()).isEmpty();
    }

    @Test
    void sec14_isNoDeeperThan64UnlessItIsToldOtherwise() {
      Supervisor at = open(named("test", 3));
      for (int i = 0; i < 64; i++) at = at.start(named("s", 3));
      Supervisor deepest = at;
      assertThatThrownBy(() -> deepest.start(named("t", 3))).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("supervisor \"t\" cannot be started in scope test, where supervisors may be nested 64 deep"
              + " (maxDepth), since it would be at depth 65; withMaxDepth(n) of the scope's spec allows more");
    }

    @Test
    void sec14_mayBeToldToHaveStagesOnly() throws Exception {
      Supervisor scope = open(named("test", 3).withMaxDepth(0));
      troupe.start(scope, "stage");
      assertThatThrownBy(() -> scope.start(named("s", 3))).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("where supervisors may be nested 0 deep");
      assertThatThrownBy(() -> named("test", 3).withMaxDepth(-1)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maxDepth must be at least 0, but was -1");
    }
  }
}
