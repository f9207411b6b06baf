package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.CancelPolicy;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.supervision.StageFailedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class CompletionTest {
  @Nested
  class AProducerThatCompletes {
    @WithDemands
    void isDoneWhenItsLastEventIsDeliveredAndEndsItsConsumerNormally(int max, int min) throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(1234)));
        var consumer =
            rig.start(Stage.consumer("collector", () -> collector).subscribeTo(numbers, Demand.max(max).min(min)));
        assertThat(consumer.join()).isEqualTo(new StopReason.Completed());
        assertThat(numbers.join()).isEqualTo(new StopReason.Completed());
        assertThat(rig.report().isClean()).isTrue();
      }
      assertThat(collector.events).hasSize(1234);
      assertThat(collector.completions).isEqualTo(1);
      assertThat(collector.reason).isEqualTo(new StopReason.Completed());
    }

    @Test
    void deliversItsBacklogFirst() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new));
        var gate = new CountDownLatch(1);
        var inTurn = new CountDownLatch(1);
        producer.cast(stage -> {
          inTurn.countDown();
          gate.await();
        });
        Await.open(rig.app(), inTurn);
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(producer, Demand.max(3)));
        producer.castEmit((stage, out) -> {
          for (int i = 0; i < 100; i++) out.emit(i);
          out.complete();
          out.complete();   // changes nothing
        });
        gate.countDown();
        rig.app().join();
      }
      assertThat(collector.events).hasSize(100);
    }

    @Test
    void refusesToEmitInTheSameTurnAndCrashesOnlyIfItLetsThatPass() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        Stage.Producer<Integer> wrong = (demand, out) -> {
          out.emit(1);
          out.complete();
          assertThatThrownBy(() -> out.emit(2)).isInstanceOf(IllegalStateException.class)
              .hasMessage("stage rig/wrong has completed its outlet; nothing can be emitted after complete()");
        };
        var producer = rig.start(Stage.producer("wrong", Integer.class, () -> wrong));
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(producer));
        rig.app().join();
      }
      assertThat(collector.events).containsExactly(1);
    }

    @Test
    void completesWhoSubscribesLaterAtOnce() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(5)));
        rig.start(Stage.consumer("first", Collector<Integer>::new).subscribeTo(numbers));
        numbers.join();
        var late = rig.start(Stage.consumer("late", () -> collector).subscribeTo(numbers));
        assertThat(late.join()).isEqualTo(new StopReason.Completed());
      }
      assertThat(collector.events).isEmpty();
      assertThat(collector.completions).isEqualTo(1);
    }
  }

  @Nested
  class AConsumerOfSeveral {
    @Test
    void endsWithTheLastOfThem() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var one = rig.start(Stage.producer("one", () -> new CountingProducer(10)));
        var two = rig.start(Stage.producer("two", () -> new CountingProducer(3000)));
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(one).subscribeTo(two, Demand.max(4)));
        rig.app().join();
      }
      assertThat(collector.events).hasSize(3010);
      assertThat(collector.completions).isEqualTo(1);
    }

    @Test
    void startsWithAllItsSubscriptionsThoughTheFirstCompletesAtOnce() throws Exception {
      for (int round = 0; round < 50; round++) {
        var collector = new Collector<Integer>();
        try (var rig = new Rig()) {
          var one = rig.start(Stage.producer("one", () -> new CountingProducer(1)));
          var two = rig.start(Stage.producer("two", () -> new CountingProducer(2)));
          rig.start(Stage.consumer("collector", () -> collector).subscribeTo(one).subscribeTo(two));
          rig.app().join();
        }
        assertThat(collector.events).containsExactlyInAnyOrder(1, 1, 2);
      }
    }

    @Test
    void goesOnWhenItCancelsOneItself() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new));
        var consumer = rig.start(Stage.consumer("collector", Collector<Integer>::new));
        consumer.subscribeTo(producer).cancel();
        Await.numbers(rig.app(), consumer, ref -> ref.snapshot().inputs().isEmpty());
        consumer.subscribeTo(producer);
        producer.castEmit((stage, out) -> out.emit(1));
        Await.that(rig.app(), consumer, stage -> stage.count() == 1);
        assertThat(consumer.<Integer>call(stage -> stage.completions)).isZero();
      }
    }
  }

  @Nested
  class WhatFailsAfterTheCompletion {
    @Test
    void aMessageDoesNotUndoItNorCrashAStageThatHasDoneAllThereWasToDo() throws Exception {
      try (var rig = new Rig()) {
        var producer = completing(rig);
        producer.ref().cast(stage -> {
          throw new IllegalStateException("announced");
        });
        producer.gate().countDown();
        assertThat(producer.ref().join()).isEqualTo(new StopReason.Completed());
      }
    }

    @Test
    void aCallDoesNotUndoIt() throws Exception {
      try (var rig = new Rig()) {
        var producer = completing(rig);
        var call = new FutureTask<>(() -> producer.ref().call(stage -> {
          throw new IllegalStateException("announced");
        }));
        Thread.ofVirtual().start(call);
        while (producer.ref().snapshot().mailbox() == 0) assertThat(producer.ref().isAlive()).isTrue();
        producer.gate().countDown();
        assertThat(producer.ref().join()).isEqualTo(new StopReason.Completed());
        assertThatThrownBy(call::get).hasRootCauseMessage("announced");
      }
    }

    private record Completing(ProducerRef<Integer, Idle> ref, CountDownLatch gate) {}

    /** Has completed, in a turn that has not returned. */
    private static Completing completing(Rig rig) throws Exception {
      ProducerRef<Integer, Idle> producer = rig.start(Stage.producer("silent", Idle::new));
      var gate = new CountDownLatch(1);
      var inTurn = new CountDownLatch(1);
      producer.castEmit((stage, out) -> {
        out.complete();
        inTurn.countDown();
        gate.await();
      });
      Await.open(rig.app(), inTurn);
      return new Completing(producer, gate);
    }
  }

  @Nested
  class ByCancelPolicy {
    @Test
    void permanentEndsTheConsumerWithAnyEndThoughAnotherKeepsItBusy() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var busy = rig.start(Stage.producer("busy", CountingProducer::new));
        var brief = rig.start(Stage.producer("brief", Idle::new));
        var consumer = rig.start(Stage.consumer("held", () -> held)
            .subscribeTo(busy, Demand.max(1000).min(999))   // batches of one
            .subscribeTo(SubscriptionSpec.<Integer>to(brief).withCancelPolicy(CancelPolicy.PERMANENT)));
        Await.next(rig.app(), held.entered);
        Await.numbers(rig.app(), busy, ref -> ref.snapshot().outputs().getFirst().inFlight() == 1000);
        brief.castEmit((stage, out) -> out.complete());
        brief.join();
        held.letGo();
        assertThat(consumer.join()).isEqualTo(new StopReason.Completed());
        assertThat(held.handled).as("no turn begins after the end was there to see").containsExactly(1);
      }
    }

    @Test
    void transientFailsTheConsumerThoughAnotherKeepsItBusy() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var busy = rig.start(Stage.producer("busy", CountingProducer::new));
        var brief = rig.start(Stage.producer("brief", Idle::new));
        var consumer = rig.start(Stage.consumer("held", () -> held)
            .subscribeTo(busy, Demand.max(1000).min(999)).subscribeTo(brief));
        Await.next(rig.app(), held.entered);
        Await.numbers(rig.app(), busy, ref -> ref.snapshot().outputs().getFirst().inFlight() == 1000);
        brief.cast(stage -> {
          throw new java.io.IOException("announced");
        });
        brief.join();
        held.letGo();
        assertThat(consumer.join()).isInstanceOf(StopReason.ProducerFailed.class);
        assertThat(held.handled).containsExactly(1);
        assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class)
            .hasRootCauseMessage("announced");
      }
    }

    @ParameterizedTest
    @EnumSource(CancelPolicy.class)
    void aFailureReachesAConsumerThatWantsNothing(CancelPolicy policy) throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new));
        var consumer = rig.start(Stage
            .consumer("opening", () -> new stage.behaviour.support.ManualConsumer<Integer>(0, 0))
            .subscribeTo(SubscriptionSpec.<Integer>to(producer).withDemand(Demand.manual()).withCancelPolicy(policy)));
        producer.cast(stage -> {
          throw new java.io.IOException("announced");
        });
        assertThat(producer.join().isFailure()).isTrue();
        assertThat(consumer.join().isFailure()).isEqualTo(policy != CancelPolicy.TEMPORARY);
        assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class)
            .hasRootCauseMessage("announced");
      }
    }

    @Test
    void temporaryGoesOnAfterTheLastCompletionAndMaySubscribeAgain() throws Exception {
      try (var rig = new Rig()) {
        var first = rig.start(Stage.producer("first", () -> new CountingProducer(3)));
        var consumer = rig.start(Stage.consumer("collector", Collector<Integer>::new)
            .subscribeTo(SubscriptionSpec.<Integer>to(first).withCancelPolicy(CancelPolicy.TEMPORARY)));
        Await.numbers(rig.app(), consumer, ref -> ref.snapshot().inputs().isEmpty());
        var second = rig.start(Stage.producer("second", () -> new CountingProducer(4)));
        consumer.subscribeTo(second);
        assertThat(consumer.join()).isEqualTo(new StopReason.Completed());
      }
    }
  }

  @Nested
  class AProducerConsumer {
    @Test
    void emitsWhatItHeldBackBeforeItCompletes() throws Exception {
      class Sum implements Stage.ProducerConsumer<Integer, Integer> {
        private int sum;

        @Override
        public void onEvents(java.util.List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
          for (int event : events) sum += event;
        }

        @Override
        public void onComplete(Outlet<Integer> out) {
          out.emit(sum);
        }
      }
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(1000)));
        var sum = rig.start(Stage.producerConsumer("sum", Sum::new).subscribeTo(numbers, Demand.max(8)));
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(sum));
        rig.app().join();
      }
      assertThat(collector.events).containsExactly(IntStream.rangeClosed(1, 1000).sum());
    }
  }

  @Nested
  class WhatAConsumerLeavesBehind {
    @Test
    void isInTheReportThoughItsProducerHadEndedBefore() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(10)));
        var consumer = rig.start(Stage.consumer("held", () -> held).subscribeTo(numbers, Demand.max(10).min(9)));
        Await.next(rig.app(), held.entered);
        numbers.join();
        consumer.stop();
        held.letGo();
        consumer.join();
        assertThat(numbers.snapshot().eventsReturned()).isEqualTo(9);
        var report = rig.report();
        assertThat(report.eventsReturned()).isEqualTo(9);
        assertThat(report.isClean()).isFalse();
        assertThat(report.stages()).singleElement().satisfies(left -> assertThat(left.path()).isEqualTo("rig/numbers"));
      }
    }

    @Test
    void countsAsUndeliveredWhereAPartitionHasNobodyAndDoesNotHoldTheCloseUp() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new)
            .withDispatcher(Dispatcher.partition(java.util.List.of("a", "b"), n -> n % 2 == 0 ? "a" : "b")));
        var a = rig.start(Stage.consumer("a", Collector<Integer>::new)
            .subscribeTo(SubscriptionSpec.<Integer>to(producer).withPartition("a")));
        producer.castEmit((stage, out) -> out.emitAll(java.util.List.of(1, 2, 3, 4, 5)));
        Await.that(rig.app(), a, stage -> stage.count() == 2);
        producer.stop();
        assertThat(producer.join()).isEqualTo(new StopReason.Stopped());
        var report = rig.report();
        assertThat(report.eventsUndelivered()).isEqualTo(3);
        assertThat(report.cancelled()).isEmpty();
      }
    }
  }
}
