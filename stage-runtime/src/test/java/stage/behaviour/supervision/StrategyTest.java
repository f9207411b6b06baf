package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Middle;
import stage.behaviour.support.Parts.Sink;
import stage.behaviour.support.Parts.Source;

class StrategyTest extends CrashTest {
  private final Troupe troupe = new Troupe();
  private StageRef<Troupe.Actor> a;
  private StageRef<Troupe.Actor> b;
  private StageRef<Troupe.Actor> c;

  private Supervisor open(Strategy strategy, int intensity) {
    return open(SupervisorSpec.of("test").withStrategy(strategy).withIntensity(Intensity.of(intensity)));
  }

  private void startThree(Supervisor supervisor) {
    a = troupe.start(supervisor, "a");
    b = troupe.start(supervisor, "b");
    c = troupe.start(supervisor, "c");
  }

  private List<String> lines() {
    return log.take().stream().map(LogRecord::getMessage).toList();
  }

  @Nested
  class OneForOne {
    @Test
    void s21_givesOnlyTheOneThatCrashedANewIncarnation() throws Exception {
      startThree(open(Strategy.ONE_FOR_ONE, 3));
      Troupe.crash(b);
      assertThat(troupe.next(2, b)).containsExactly("stop b#1 Crashed", "start b#2");
      for (StageRef<?> each : List.of(a, b, c)) Await.answered(each);
      assertThat(troupe.story).isEmpty();
      log.takeRestarts(1);
    }
  }

  @Nested
  class OneForAll {
    @Test
    void s22_s28_stopsTheOthersInReverseOrderAndStartsAllInOrder() throws Exception {
      startThree(open(Strategy.ONE_FOR_ALL, 3));
      Troupe.crash(b);
      List<String> story = troupe.next(6, a, b, c);
      assertThat(story).contains("stop b#1 Crashed");
      assertThat(story.subList(3, 6)).containsExactly("start a#2", "start b#2", "start c#2");
      story.remove("stop b#1 Crashed");
      assertThat(story.subList(0, 2)).containsExactly("stop c#1 GroupRestart", "stop a#1 GroupRestart");
      log.takeRestarts(1);
    }

    @Test
    void s28_asksAChildOnlyWhenTheOneAfterItIsGone() throws Exception {
      Supervisor scope = open(Strategy.ONE_FOR_ALL, 3);
      a = troupe.start(scope, "a");
      b = troupe.start(scope, "b");
      c = scope.start(troupe.actor("c").withShutdown(Shutdown.within(Duration.ZERO)));
      var busy = new CountDownLatch(1);
      BlockingQueue<String> seen = new LinkedBlockingQueue<>();
      c.cast(actor -> {
        busy.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException asked) {
          // would wait for its restart if it had been asked
          seen.add("b answers as " + b.<String>call(other -> "b#" + b.snapshot().incarnation()));
        }
      });
      Await.open(busy, c);
      troupe.story.clear();
      Troupe.crash(a);
      assertThat(Await.next(seen, a, b, c)).isEqualTo("b answers as b#1");
      List<String> story = troupe.next(6, a, b, c);
      story.remove("stop a#1 Crashed");
      assertThat(story).containsExactly("stop c#1 GroupRestart", "stop b#1 GroupRestart", "start a#2", "start b#2",
          "start c#2");
      log.takeRestarts(1);
    }

    @Test
    void s22_tellsTheOthersWhoCrashed() throws Exception {
      Supervisor scope = open(Strategy.ONE_FOR_ALL, 3);
      var lives = new Lives();
      var bystander = start(Stage.consumer("bystander", () -> new Sink(lives, new PlannedCrashes())));
      Troupe.crash(troupe.start(scope, "b"));
      Await.next(3, lives.all, bystander);
      assertThat(lives.stops).containsExactly(new StopReason.GroupRestart("test/b"));
      log.takeRestarts(1);
    }

    @Test
    void s17_countsTheWholeGroupAsOneRestart() throws Exception {
      Supervisor scope = open(Strategy.ONE_FOR_ALL, 2);
      startThree(scope);
      for (int i = 0; i < 2; i++) {
        Troupe.crash(b);
        troupe.next(6, a, b, c);
      }
      Await.answered(c);
      assertThat(scope.snapshot().restarts()).isEqualTo(6);
      assertThat(scope.snapshot().crashes()).isEqualTo(2);
      theScopeMayFail();
      Troupe.crash(a);
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class);
      log.takeRestartsAndGivingUp(2);
    }

    @Test
    void s24_oneThatFailsInItsStartBeginsTheWholeAgain() throws Exception {
      Supervisor scope = open(Strategy.ONE_FOR_ALL, 5);
      startThree(scope);
      troupe.failsInOnStart = "b#2";
      Troupe.crash(c);
      List<String> story = troupe.next(9, a, b, c);
      assertThat(story.subList(3, 9)).containsExactly("start a#2", "failed b#2", "stop a#2 GroupRestart", "start a#3",
          "start b#2", "start c#2");
      Await.answered(c);
      log.takeRestarts(2);
    }

    @Test
    void s16_waitsForTheBackoffOnceForAll() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.ONE_FOR_ALL)
          .withBackoff(new Backoff(Duration.ofMillis(20), Duration.ofMillis(20), 0)));
      startThree(scope);
      Troupe.crash(b);
      troupe.next(6, a, b, c);
      assertThat(lines())
          .containsExactly("supervisor=test child=b#1 crashed in=a cast decision=RESTART in=20ms restarts=1/3 in 5s");
    }

    @Test
    void s25_childrenAddedAtRunTimeAreLast() throws Exception {
      Supervisor scope = open(Strategy.ONE_FOR_ALL, 3);
      startThree(scope);
      StageRef<Troupe.Actor> late = troupe.start(scope, "late");
      Troupe.crash(late);
      List<String> story = troupe.next(8, a, b, c, late);
      assertThat(story.subList(4, 8)).containsExactly("start a#2", "start b#2", "start c#2", "start late#2");
      log.takeRestarts(1);
    }

    @Test
    void losesAndDoublesNothing() throws Exception {
      open(Strategy.ONE_FOR_ALL, 1000);
      int limit = 20_000;
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
      var middle = start(Stage.producerConsumer("middle", () -> new Middle(new Lives(), new PlannedCrashes()))
          .withRedelivery(Redelivery.attempts(1000)).subscribeTo(source, Demand.max(16)));
      var sink = start(Stage.consumer("sink", () -> new Sink(new Lives(), new PlannedCrashes(), handled))
          .withRedelivery(Redelivery.attempts(1000))
          .subscribeTo(middle, Demand.max(16)));
      for (int i = 0; i < 30 && sink.isAlive(); i++) {
        if (i % 3 == 0) source.kill();
        else if (i % 3 == 1) middle.kill();
        else sink.kill();
        int enough = handled.size() + 5;
        Await.until(() -> handled.size() >= enough || !sink.isAlive(), "it goes on", source, middle, sink);
      }
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      List<Integer> all = List.copyOf(handled);
      assertThat(all).hasSize(limit + 1).doesNotHaveDuplicates();
      assertThat(all.subList(0, limit)).isSorted();
      assertThat(log.take()).allMatch(
          line -> line.getMessage().contains("decision=RESTART") || line.getMessage().contains("decision=HOLD"));
    }
  }

  @Nested
  class RestForOne {
    @Test
    void s23_leavesThoseThatWereStartedBefore() throws Exception {
      startThree(open(Strategy.REST_FOR_ONE, 3));
      Troupe.crash(b);
      List<String> story = troupe.next(4, a, b, c);
      assertThat(story.subList(0, 2)).containsExactlyInAnyOrder("stop b#1 Crashed", "stop c#1 GroupRestart");
      assertThat(story.subList(2, 4)).containsExactly("start b#2", "start c#2");
      Await.answered(a);
      assertThat(a.snapshot().incarnation()).isEqualTo(1);
      assertThat(troupe.story).isEmpty();
      log.takeRestarts(1);
    }

    @Test
    void s24_oneThatFailsInItsStartKeepsThoseBeforeIt() throws Exception {
      startThree(open(Strategy.REST_FOR_ONE, 5));
      troupe.failsInOnStart = "b#2";
      Troupe.crash(a);
      List<String> story = troupe.next(7, a, b, c);
      assertThat(story.subList(3, 7)).containsExactly("start a#2", "failed b#2", "start b#2", "start c#2");
      assertThat(a.snapshot().incarnation()).isEqualTo(2);
      log.takeRestarts(2);
    }
  }

  @Nested
  class AGroupRestart {
    @ParameterizedTest
    @EnumSource(names = {"ONE_FOR_ALL", "REST_FOR_ONE"})
    void s26_doesNotCountAnotherThatCrashesMeanwhile(Strategy strategy) throws Exception {
      Supervisor scope = open(strategy, 1);
      startThree(scope);
      var entered = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      c.cast(actor -> {
        entered.countDown();
        go.await();
        throw new IOException("off, too");
      });
      entered.await();
      Troupe.crash(a);
      Await.until(() -> a.snapshot().status() == StageSnapshot.Status.HELD, "a is held", a);
      go.countDown();
      assertThat(troupe.next(6, a, b, c).subList(3, 6)).containsExactly("start a#2", "start b#2", "start c#2");
      assertThat(lines())
          .anyMatch(line -> line.contains("child=a#1") && line.endsWith("decision=RESTART restarts=1/1 in 5s"))
          .anyMatch(line -> line.contains("child=c#1")
              && line.endsWith("decision=HOLD: it was being stopped for a group restart, not counted"));
    }

    @Test
    void s27_isOneForSeveralThatCrashAtOnce() throws Exception {
      startThree(open(Strategy.ONE_FOR_ALL, 3));
      var barrier = new CyclicBarrier(3);
      for (StageRef<Troupe.Actor> each : List.of(a, b, c)) {
        each.cast(actor -> {
          barrier.await();
          throw new IOException("off");
        });
      }
      for (StageRef<?> each : List.of(a, b, c))
        Await.until(() -> each.snapshot().incarnation() >= 2, "it is restarted", a, b, c);
      for (StageRef<?> each : List.of(a, b, c)) Await.answered(each);
      List<String> story = troupe.next(6, a, b, c);
      assertThat(story.subList(0, 3)).containsExactlyInAnyOrder("stop a#1 Crashed", "stop b#1 Crashed",
          "stop c#1 Crashed");
      assertThat(story.subList(3, 6)).containsExactly("start a#2", "start b#2", "start c#2");
      assertThat(troupe.story).as("nobody is restarted twice").isEmpty();
      assertThat(lines()).hasSize(3)
          .filteredOn(line -> line.endsWith("decision=HOLD: it was being stopped for a group restart, not counted"))
          .hasSize(2);
    }

    @Test
    void f39_isGivenUpWhenItsScopeCloses() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.ONE_FOR_ALL)
          .withBackoff(new Backoff(Duration.ofDays(1), Duration.ofDays(1), 0)));
      startThree(scope);
      Troupe.crash(b);
      troupe.next(3, a, b, c);
      scope.close();
      assertThat(troupe.story).isEmpty();
      assertThat(List.of(a.isAlive(), b.isAlive(), c.isAlive())).containsOnly(false);
      assertThat(scope.report().isClean()).isTrue();
      log.take();
    }

    @Test
    void s32_endsAChildThatIsStoppedInTheMeantime() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.ONE_FOR_ALL)
          .withBackoff(new Backoff(Duration.ofDays(1), Duration.ofDays(1), 0)));
      startThree(scope);
      Troupe.crash(b);
      troupe.next(3, a, b, c);
      scope.stopChild("a");
      assertThat(a.isAlive()).isFalse();
      assertThat(scope.counts().active()).isZero();
      log.take();
    }

    @Test
    void aPausedStageStaysPaused() throws Exception {
      startThree(open(Strategy.ONE_FOR_ALL, 3));
      a.pause();
      Troupe.crash(b);
      troupe.next(6, a, b, c);
      Await.answered(a);
      assertThat(a.snapshot().status()).isEqualTo(StageSnapshot.Status.PAUSED);
      log.takeRestarts(1);
    }

    @Test
    void keepsTheStatesOfAll() throws Exception {
      startThree(open(Strategy.ONE_FOR_ALL, 3));
      for (StageRef<Troupe.Actor> each : List.of(a, b)) each.cast(actor -> actor.calls.set(7));
      Troupe.crash(b);
      troupe.next(6, a, b, c);
      assertThat(a.<Integer>call(actor -> actor.calls.value())).isEqualTo(7);
      assertThat(b.<Integer>call(actor -> actor.calls.value())).isEqualTo(7);
      log.takeRestarts(1);
    }
  }
}
