package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.Demand;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.api.ForeignThreadException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.ManualConsumer;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class DemandTest {
  static List<Integer> numbersTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  @Nested
  class AnAutomaticSubscription {
    @WithDemands
    void isRefilledToExactlyMaxWhenABatchLeavesMinOrFewer(int max, int min) throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(3000)));
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(numbers, Demand.max(max).min(min)));
        rig.app().join();
      }
      assertThat(collector.events).isEqualTo(numbersTo(3000));
      long expected = max;
      for (int i = 0; i < collector.batches.size(); i++) {
        assertThat(collector.outstanding.get(i)).as("outstanding at batch %d", i).isEqualTo(expected);
        long left = expected - collector.batches.get(i).size();
        expected = left <= min ? max : left;
      }
    }

    @WithDemands
    void getsBatchesOfAtMostMaxLessMinAndNeverAnEmptyOne(int max, int min) throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(3000)));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(numbers, Demand.max(max).min(min)));
        var first = Await.next(rig.app(), held.entered);
        Await.numbers(rig.app(), numbers, ref -> ref.snapshot().outputs().getFirst().outstanding() == 0);
        held.letGo();
        rig.app().join();
        assertThat(first).hasSizeBetween(1, max - min);
        assertThat(held.entered).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, max - min));
        if (first.size() < max) {
          assertThat(held.entered.peek()).as("a full lane is taken in full batches")
              .hasSize(Math.min(max - first.size(), max - min));
        }
      }
    }

    @WithDemands
    void f19_isSentNoMoreThanMaxWhileItsConsumerHandlesNothing(int max, int min) throws Exception {
      var held = new HeldConsumer<Integer>();
      var counter = new CountingProducer();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> counter));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(numbers, Demand.max(max).min(min)));
        Await.next(rig.app(), held.entered);
        Await.that(rig.app(), numbers, stage -> stage.emitted() == max);
        var wanted = new LinkedBlockingQueue<Long>();
        // if more had been asked for, this turn would know
        numbers.castEmit((stage, out) -> wanted.add(out.demand()));
        assertThat(Await.next(rig.app(), wanted)).isZero();
        SubscriptionSnapshot ledger = numbers.snapshot().outputs().getFirst();
        assertThat(ledger.requested()).isEqualTo(max);
        assertThat(ledger.sent()).isEqualTo(max);
        assertThat(ledger.inFlight()).isEqualTo(max);
        assertThat(ledger.outstanding()).isZero();
        assertThat(counter.demands.stream().mapToLong(Long::longValue).sum()).isEqualTo(max);
        held.letGo();
      }
    }

    @WithDemands
    void f19_neverHasMoreThanMaxOutstandingAndInFlight(int max, int min) throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(2000)));
        var ref =
            rig.start(Stage.consumer("collector", () -> collector).subscribeTo(numbers, Demand.max(max).min(min)));
        while (ref.isAlive()) {
          for (SubscriptionSnapshot ledger : ref.snapshot().inputs()) {
            assertThat(ledger.outstanding() + ledger.inFlight()).isBetween((long) min, (long) max);
            assertThat(ledger.sent()).isLessThanOrEqualTo(ledger.requested());
          }
          Await.answered(ref);
        }
      }
    }
  }

  @Nested
  class AProducer {
    @WithDemands
    void isAskedForAllThatTheConsumerWantsAtFirst(int max, int min) throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent));
        rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(max).min(min)));
        assertThat(Await.next(rig.app(), silent.demands)).isEqualTo(max);
      }
    }

    @Test
    void isHandedWhatItDidNotEmitAgainWithTheNextCall() throws Exception {
      try (var rig = new Rig()) {
        var demands = new LinkedBlockingQueue<Long>();
        int[] toEmit = {3, 0, 7, 0};
        Stage.Producer<Integer> stingy = (demand, out) -> {
          int call = demands.size();
          demands.add(demand);
          for (int i = 0; call < toEmit.length && i < toEmit[call]; i++) out.emit(i);
        };
        var wake = new stage.api.StageContext[1];
        class Stingy implements Stage.Producer<Integer> {
          @Override
          public void onStart(stage.api.StageContext context) {
            wake[0] = context;
          }

          @Override
          public void onDemand(long demand, Outlet<Integer> out) throws Exception {
            stingy.onDemand(demand, out);
          }
        }
        var producer = rig.start(Stage.producer("stingy", Stingy::new));
        var collector = rig
            .start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(10).min(0)));
        Await.that(rig.app(), collector, stage -> stage.count() == 3);
        Await.numbers(rig.app(), producer, ref -> demands.size() == 2);   // it emitted something, so it is called again
        wake[0].wakeUp();
        Await.that(rig.app(), collector, stage -> stage.count() == 10);
        Await.numbers(rig.app(), producer, ref -> demands.size() == 4);
        assertThat(demands).containsExactly(10L, 7L, 7L, 10L);
      }
    }

    @Test
    void isToldOfNewDemandTogetherWithWhatItHadNotUsed() throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent));
        var collector = rig
            .start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(10).min(5)));
        assertThat(Await.next(rig.app(), silent.demands)).isEqualTo(10);
        producer.castEmit((stage, out) -> out.emitAll(numbersTo(4)));
        Await.that(rig.app(), collector, stage -> stage.count() == 4);   // 6 are left: more than min
        assertThat(Await.next(rig.app(), silent.demands)).as("it emitted something, and 6 are left").isEqualTo(6);
        producer.castEmit((stage, out) -> out.emit(5));
        long told = Await.next(rig.app(), silent.demands);
        if (told == 5) told = Await.next(rig.app(), silent.demands);   // before the consumer has asked for more
        assertThat(told).as("5 were left, and 5 more were asked for").isEqualTo(10);
        assertThat(silent.demands).isEmpty();
      }
    }

    @Test
    void isNotCalledForDemandItWasToldOfButForAWakeUp() throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent));
        rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(10)));
        assertThat(Await.next(rig.app(), silent.demands)).isEqualTo(10);
        for (int i = 0; i < 50; i++) Await.answered(producer);
        silent.context().wakeUp();
        Await.next(rig.app(), silent.demands);
        for (int i = 0; i < 50; i++) Await.answered(producer);
        assertThat(silent.demands).isEmpty();
      }
    }

    @Test
    void wokenUpWithoutDemandIsCalledOnceThereIsSome() throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent));
        silent.context().wakeUp();
        Await.answered(producer);
        rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(7)));
        assertThat(Await.next(rig.app(), silent.demands)).isEqualTo(7);
        Await.answered(producer);
        assertThat(silent.demands).isEmpty();
      }
    }

    @WithDemands
    void isNeverHandedZero(int max, int min) throws Exception {
      var counter = new CountingProducer(2000);
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> counter));
        rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(numbers, Demand.max(max).min(min)));
        for (int i = 0; i < 50; i++) counter.context().wakeUp();
        rig.app().join();
      }
      assertThat(counter.demands).allMatch(demand -> demand >= 1).allMatch(demand -> demand <= max);
    }

    @Test
    void isNeverHandedZeroByARuleThatChangesItsMind() throws Exception {
      class Fickle implements DispatchRule {
        private int asked;

        @Override
        public void share(int events, Subscriptions subscriptions, int[] shares) {
          shares[0] = (int) Math.min(events, subscriptions.demand(0));
        }

        @Override
        public long demand(Subscriptions subscriptions) {
          return asked++ % 2 == 0 ? 5 : 0;
        }
      }
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer =
            rig.start(Stage.producer("silent", () -> silent).withDispatcher(Dispatcher.shared(new Fickle())));
        for (int i = 0; i < 2; i++) {
          rig.start(Stage.consumer("collector" + i, Collector<Integer>::new).subscribeTo(producer, Demand.max(5)));
        }
        for (int i = 0; i < 50; i++) {
          silent.context().wakeUp();
          Await.answered(producer);
        }
        assertThat(silent.demands).doesNotContain(0L);
      }
    }

    @Test
    void knowsInEachTurnHowMuchItMayStillEmit() throws Exception {
      try (var rig = new Rig()) {
        var seen = new LinkedBlockingQueue<List<Long>>();
        var producer = rig.start(Stage.producer("silent", Idle::new));
        var collector =
            rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(3).min(0)));
        producer.castEmit((stage, out) -> {
          List<Long> all = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            all.add(out.demand());
            out.emit(i);
          }
          all.add(out.demand());
          seen.add(all);
        });
        assertThat(Await.next(rig.app(), seen)).containsExactly(3L, 2L, 1L, 0L, 0L);
        Await.that(rig.app(), collector, stage -> stage.count() == 4);
      }
    }

    @Test
    void countsInASubscriptionThatWasAcceptedBeforeTheTurnBegan() throws Exception {
      try (var rig = new Rig()) {
        var busy = new java.util.concurrent.CountDownLatch(1);
        var seen = new LinkedBlockingQueue<Long>();
        var producer = rig.start(Stage.producer("silent", Idle::new));
        var collector = rig.start(Stage.consumer("collector", Collector<Integer>::new));
        var inTurn = new java.util.concurrent.CountDownLatch(1);
        producer.cast(stage -> {
          inTurn.countDown();
          busy.await();
        });
        Await.open(rig.app(), inTurn);
        collector.subscribeTo(producer, Demand.max(3));
        producer.castEmit((stage, out) -> seen.add(out.demand()));
        busy.countDown();
        assertThat(Await.next(rig.app(), seen)).isEqualTo(3);
      }
    }
  }

  @Nested
  class ManualDemand {
    private SubscriptionSpec<Integer> byHand(stage.api.ProducerRef<Integer, ?> producer) {
      return SubscriptionSpec.to(producer).withDemand(Demand.manual());
    }

    @Test
    void isNothingUntilTheConsumerAsks() throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent));
        var consumer =
            rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(0, 0)).subscribeTo(byHand(producer)));
        Await.that(rig.app(), consumer, stage -> stage.inlet != null);
        assertThat(consumer.snapshot().inputs().getFirst().requested()).isZero();
        consumer.cast(stage -> stage.inlet.request(4));
        assertThat(Await.next(rig.app(), silent.demands)).as("the first that the producer hears of").isEqualTo(4);
      }
    }

    @Test
    void isWhatWasAskedForWhenSubscribedAndAfterEachBatch() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(100)));
        var opening = new ManualConsumer<Integer>(5, 1);
        rig.start(Stage.consumer("opening", () -> opening).subscribeTo(byHand(numbers)));
        rig.app().join();
        assertThat(opening.events).isEqualTo(numbersTo(100));
      }
    }

    @Test
    void addsUp() throws Exception {
      try (var rig = new Rig()) {
        var counter = new CountingProducer();
        var numbers = rig.start(Stage.producer("numbers", () -> counter));
        var consumer =
            rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(2, 0)).subscribeTo(byHand(numbers)));
        consumer.call(stage -> {
          stage.inlet.request(3);
          stage.inlet.request(4);
          return null;
        });
        Await.that(rig.app(), consumer, stage -> stage.events.size() == 9);
        Await.answered(numbers);
        assertThat(consumer.<List<Integer>>call(stage -> stage.events)).isEqualTo(numbersTo(9));
        assertThat(consumer.snapshot().inputs().getFirst().requested()).isEqualTo(9);
        assertThat(consumer.<Long>call(stage -> stage.inlet.outstanding())).isZero();
      }
    }

    @Test
    void f28_staysAtTheLargestNumberOnceThere() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", Idle::new));
        var consumer =
            rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(Long.MAX_VALUE, Long.MAX_VALUE))
            .subscribeTo(byHand(numbers)));
        consumer.call(stage -> {
          stage.inlet.request(5);
          return null;
        });
        numbers.castEmit((stage, out) -> out.emitAll(numbersTo(3)));
        Await.that(rig.app(), consumer, stage -> stage.events.size() == 3);
        SubscriptionSnapshot ledger = consumer.snapshot().inputs().getFirst();
        assertThat(ledger.requested()).isEqualTo(Long.MAX_VALUE);
        assertThat(ledger.sent()).isEqualTo(3);
        assertThat(ledger.isBalanced()).isTrue();
      }
    }

    @Test
    void f28_refusesANumberBelowOneAndChangesNothing() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("silent", Idle::new));
        var consumer =
            rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(2, 0)).subscribeTo(byHand(numbers)));
        Await.that(rig.app(), consumer, stage -> stage.inlet != null);
        for (long wrong : new long[] {0, -1, Long.MIN_VALUE}) {
          assertThatThrownBy(() -> consumer.call(stage -> {
            stage.inlet.request(wrong);
            return null;
          })).isInstanceOf(CallFailedException.class).cause().isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "request must be for at least 1 event, but was for " + wrong + " (Reactive Streams rule 3.9)");
        }
        assertThat(consumer.snapshot().inputs().getFirst().requested()).isEqualTo(2);
      }
    }

    @Test
    void isForTheConsumersOwnThread() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("silent", Idle::new));
        var consumer =
            rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(1, 0)).subscribeTo(byHand(numbers)));
        Await.that(rig.app(), consumer, stage -> stage.inlet != null);
        Inlet<Integer> inlet = consumer.call(stage -> stage.inlet);
        String here = Thread.currentThread().getName();
        assertThatThrownBy(() -> inlet.request(1)).isInstanceOf(ForeignThreadException.class)
            .hasMessage("request() belongs to thread stage:rig/opening#1, but was called on " + here);
        assertThatThrownBy(inlet::cancel).isInstanceOf(ForeignThreadException.class)
            .hasMessage("cancel() belongs to thread stage:rig/opening#1, but was called on " + here);
        assertThatThrownBy(() -> inlet.cancel(0)).isInstanceOf(ForeignThreadException.class);
      }
    }

    @Test
    void askedForAfterTheSubscriptionWasCancelledIsForNobody() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("silent", Idle::new));
        var consumer = rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(1, 0)));
        var subscription = consumer.subscribeTo(byHand(numbers));
        Await.that(rig.app(), consumer, stage -> stage.inlet != null);
        consumer.cast(stage -> stage.inlet.cancel());
        Await.numbers(rig.app(), consumer, ref -> ref.snapshot().inputs().isEmpty());
        consumer.call(stage -> {
          stage.inlet.request(10);
          return null;
        });
        assertThat(subscription.snapshot().requested()).isEqualTo(1);
      }
    }

    @Test
    void isRefusedOnAnAutomaticSubscription() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(5)));
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        Stage.Consumer<Integer> asking = (events, from) -> {
          try {
            from.request(1);
          } catch (IllegalStateException refused) {
            thrown.add(refused);
          }
        };
        rig.start(Stage.consumer("asking", numbers, () -> asking).withDemand(Demand.max(5)));
        assertThat(Await.next(rig.app(), thrown)).hasMessage(
            "demand on the subscription to rig/numbers is automatic; use Demand.manual() to request events yourself");
      }
    }
  }

  @Nested
  class ABatch {
    @Test
    void isImmutableAndMayBeKept() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(2500)));
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(numbers));
        rig.app().join();
      }
      assertThat(collector.batches.stream().flatMap(List::stream)).as("kept batches, long after")
          .isEqualTo(numbersTo(2500));
      for (List<Integer> batch : collector.batches) {
        assertThatThrownBy(() -> batch.set(0, 7)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> batch.add(7)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(batch::removeFirst).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(batch::clear).isInstanceOf(UnsupportedOperationException.class);
      }
    }

    @Test
    void comesOnTheSameInletEachTime() throws Exception {
      try (var rig = new Rig()) {
        var inlets = java.util.concurrent.ConcurrentHashMap.<Inlet<Integer>>newKeySet();
        Stage.Consumer<Integer> noting = (events, from) -> inlets.add(from);
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(50)));
        rig.start(Stage.consumer("noting", Integer.class, () -> noting)
            .subscribeTo(numbers, Demand.max(2)).subscribeTo(numbers, Demand.max(2)));
        rig.app().join();
        assertThat(inlets).as("one per subscription").hasSizeLessThanOrEqualTo(2);
        assertThat(inlets.stream().map(Inlet::producer)).containsOnly("rig/numbers");
      }
    }
  }
}
