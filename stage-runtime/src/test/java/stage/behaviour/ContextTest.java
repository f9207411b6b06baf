package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.api.ForeignThreadException;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;
import stage.runtime.testkit.SimulatedRuntime;

class ContextTest extends StageTest {
  private static final Duration SOON = Duration.ofNanos(1);
  private static final Duration NEVER = Duration.ofDays(100_000);
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> ticks = new LinkedBlockingQueue<>();
  private final ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));

  private void inTheStage(stage.api.StageAction<Idle> action) throws InterruptedException {
    idle.call(stage -> {
      action.accept(stage);
      return null;
    });
  }

  private int calls() {
    try {
      return idle.<Integer>call(stage -> stage.calls);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Nested
  class ATimer {
    @Test
    void runsOnceOnTheStagesThread() throws Exception {
      BlockingQueue<String> names = new LinkedBlockingQueue<>();
      inTheStage(stage -> stage.context().after(SOON, () -> names.add(Thread.currentThread().getName())));
      assertThat(Await.next(names, idle)).isEqualTo("stage:test/idle#1");
      inTheStage(stage -> stage.context().after(SOON, () -> names.add("later")));
      assertThat(Await.next(names, idle)).isEqualTo("later");
    }

    @Test
    void mayBeDueAtOnce() throws Exception {
      inTheStage(stage -> stage.context().after(Duration.ZERO, () -> ticks.add(1)));
      assertThat(Await.next(ticks, idle)).isEqualTo(1);
    }

    @Test
    void comesInTheOrderOfItsTime() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {   // where no time goes by between the three
        List<Integer> rang = new ArrayList<>();
        try (Supervisor app = Supervisor.open("timers")) {
          ProducerRef<Integer, Idle> clock = app.start(Stage.producer("clock", Idle::new));
          clock.cast(stage -> {
            stage.context().after(Duration.ofMillis(3), () -> rang.add(3));
            stage.context().after(Duration.ofMillis(1), () -> rang.add(1));
            stage.context().after(Duration.ofMillis(2), () -> rang.add(2));
          });
          simulated.advance(Duration.ofMillis(4));
        }
        assertThat(rang).containsExactly(1, 2, 3);
      });
    }

    @Test
    void comesInTheOrderOfSettingWhenDueAtTheSameTime() throws Exception {
      inTheStage(stage -> {
        for (int i = 0; i < 100; i++) {
          int number = i;
          stage.context().after(Duration.ZERO, () -> ticks.add(number));
        }
      });
      assertThat(Await.next(100, ticks, idle)).isSorted();
    }

    @Test
    void mayEmit() throws Exception {
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      Await.until(() -> calls() == 1, "there is demand", idle);
      inTheStage(stage -> stage.context().after(SOON, () -> {
        stage.out.emit(1);
        stage.out.emit(2);
      }));
      assertThat(Await.next(2, events, idle, sink)).containsExactly(1, 2);
    }

    @Test
    void mayCompleteTheStream() throws Exception {
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      Await.until(() -> calls() == 1, "there is demand", idle);
      inTheStage(stage -> stage.context().after(SOON, () -> {
        stage.out.emit(1);
        stage.out.complete();
      }));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(Await.end(idle)).isEqualTo(new StopReason.Completed());
      assertThat(events).containsExactly(1);
    }

    @Test
    void runsAgainAndAgainIfItIsPeriodic() throws Exception {
      inTheStage(stage -> stage.context().every(Duration.ofMillis(1), () -> ticks.add(ticks.size())));
      assertThat(Await.next(5, ticks, idle)).hasSize(5);
    }

    @Test
    void mayCancelItselfInItsAction() throws Exception {
      inTheStage(stage -> {
        StageContext.Timer[] timer = new StageContext.Timer[1];
        timer[0] = stage.context().every(SOON, () -> {
          ticks.add(1);
          if (ticks.size() == 3) timer[0].cancel();
        });
      });
      Await.until(() -> ticks.size() == 3, "it ran three times", idle);
      inTheStage(stage -> stage.context().after(SOON, () -> ticks.add(2)));
      Await.until(() -> ticks.contains(2), "the next timer ran", idle);
      assertThat(ticks).containsExactly(1, 1, 1, 2);
    }

    @Test
    void doesNotRunOnceItIsCancelled() throws Exception {
      inTheStage(stage -> {
        StageContext.Timer timer = stage.context().after(Duration.ZERO, () -> ticks.add(1));
        stage.context().after(Duration.ZERO, () -> ticks.add(2));
        timer.cancel();
        timer.cancel();
      });
      assertThat(Await.next(ticks, idle)).isEqualTo(2);
      assertThat(ticks).isEmpty();
    }

    @Test
    void runsWhilePaused() throws Exception {
      idle.pause();
      inTheStage(stage -> stage.context().after(SOON, () -> ticks.add(1)));
      assertThat(Await.next(ticks, idle)).isEqualTo(1);
    }

    @Test
    void f48_endsWithItsStage() throws Exception {
      CountDownLatch release = new CountDownLatch(1);
      idle.cast(stage -> {
        stage.context().after(Duration.ZERO, () -> ticks.add(1));
        release.await();
      });
      idle.stop();
      release.countDown();
      Await.end(idle);
      assertThat(ticks).isEmpty();
    }

    @Test
    void farInTheFutureHoldsNobodyUp() throws Exception {
      inTheStage(stage -> {
        stage.context().after(NEVER, () -> ticks.add(1));
        stage.context().every(NEVER, () -> ticks.add(2));
        stage.context().after(SOON, () -> ticks.add(3));
      });
      assertThat(Await.next(ticks, idle)).isEqualTo(3);
      assertThat(idle.snapshot().awaiting()).isNotNull();
    }

    @Test
    void servesAGeneratorThatWaitsForDemand() throws Exception {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> new Stage.Generator<>() {
        @Override
        public void onStart(StageContext context) {
          context.every(Duration.ofMillis(1), () -> ticks.add(1));
        }

        @Override
        public void generate(Outlet<Integer> out) {
          while (true) out.emit(1);
        }
      }));
      assertThat(Await.next(3, ticks, generator)).hasSize(3);
    }

    @Test
    void ofAConsumerWithoutSubscriptionsRuns() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.call(stage -> stage.context.after(SOON, () -> ticks.add(1)));
      assertThat(Await.next(ticks, sink)).isEqualTo(1);
    }

    @Test
    void mustHaveATime() throws Exception {
      inTheStage(stage -> {
        assertThatThrownBy(() -> stage.context().after(Duration.ofNanos(-1), () -> {}))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("delay must not be negative, but was PT-0.000000001S");
        assertThatThrownBy(() -> stage.context().every(Duration.ZERO, () -> {}))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("period must be above zero, but was PT0S");
        assertThatThrownBy(() -> stage.context().after(null, () -> {})).isInstanceOf(NullPointerException.class)
            .hasMessage("delay must not be null");
        assertThatThrownBy(() -> stage.context().every(null, () -> {})).isInstanceOf(NullPointerException.class)
            .hasMessage("period must not be null");
        assertThatThrownBy(() -> stage.context().after(SOON, null)).isInstanceOf(NullPointerException.class)
            .hasMessage("action must not be null");
      });
    }

    @Test
    void isSetOnTheStagesOwnThreadOnly() throws Exception {
      StageContext context = idle.<StageContext>call(stage -> stage.context());
      String me = Thread.currentThread().getName();
      assertThatThrownBy(() -> context.after(SOON, () -> {}))
          .isInstanceOf(ForeignThreadException.class)
          .hasMessage("after() belongs to thread stage:test/idle#1, but was called on " + me);
      assertThatThrownBy(() -> context.every(SOON, () -> {}))
          .isInstanceOf(ForeignThreadException.class)
          .hasMessage("every() belongs to thread stage:test/idle#1, but was called on " + me);
    }
  }

  @Nested
  class AWakeUp {
    @Test
    void hasTheStageAskedAgainWithAllDemand() throws Exception {
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle, Demand.max(7)));
      Await.until(() -> calls() == 1, "it was asked", idle);
      idle.<StageContext>call(stage -> stage.context()).wakeUp();   // from another thread
      Await.until(() -> calls() == 2, "it was asked again", idle);
      assertThat(idle.<Long>call(stage -> stage.demandSeen)).isEqualTo(7);
    }

    @Test
    void withoutDemandIsRememberedUntilThereIsSome() throws Exception {
      inTheStage(stage -> stage.context().wakeUp());
      Await.answered(idle);
      assertThat(calls()).isZero();
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      Await.until(() -> calls() >= 1, "it was asked", idle);
    }

    @Test
    void ofAConsumerOrAnEndedStageDoesNothing() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      StageContext context = sink.<StageContext>call(stage -> stage.context);
      context.wakeUp();
      Await.answered(sink);
      sink.stop();
      Await.end(sink);
      context.wakeUp();
      context.stop();
      assertThat(sink.isAlive()).isFalse();
    }

    @Test
    void ofAGeneratorDoesNothing() throws Exception {
      StageContext[] context = new StageContext[1];
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> new Stage.Generator<>() {
        @Override
        public void onStart(StageContext given) {
          context[0] = given;
        }

        @Override
        public void generate(Outlet<Integer> out) {
          out.emit(1);
        }
      }));
      context[0].wakeUp();
      Await.answered(generator);
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      assertThat(Await.end(generator)).isEqualTo(new StopReason.Completed());
    }
  }

  @Nested
  class WhatItTells {
    @Test
    void isNamePathAndIncarnation() throws Exception {
      inTheStage(stage -> {
        assertThat(stage.context().name()).isEqualTo("idle");
        assertThat(stage.context().path()).isEqualTo("test/idle");
        assertThat(stage.context().incarnation()).isEqualTo(1);
        assertThat(stage.context().logger().getName()).isEqualTo("stage.test.idle");
      });
    }

    @Test
    void isTheNumberOfEventsEmittedOverAllIncarnations() throws Exception {
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      for (int i = 0; i < 5; i++) idle.emit(i);
      Await.next(5, events, sink);
      assertThat(idle.<Long>call(stage -> stage.context().eventsEmitted())).isEqualTo(5);
      idle.replace(Idle::new);
      assertThat(idle.<Long>call(stage -> stage.context().eventsEmitted())).isEqualTo(5);
      assertThat(sink.<Long>call(stage -> stage.context.eventsEmitted())).isZero();
    }

    @Test
    void isWhetherItIsCancelled() throws Exception {
      CountDownLatch working = new CountDownLatch(1);
      var inner =
          Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()).withShutdown(Duration.ZERO));
      var worker = startIn(inner, Stage.producer("worker", Idle::new));
      worker.cast(stage -> {
        assertThat(stage.context().isCancelled()).isFalse();
        working.countDown();
        while (!stage.context().isCancelled()) Thread.yield();   // never looks at its interrupt
        ticks.add(1);
      });
      Await.open(working, worker);
      inner.close();
      assertThat(ticks).containsExactly(1);
    }
  }
}
