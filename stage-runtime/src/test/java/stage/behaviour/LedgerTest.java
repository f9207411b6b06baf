package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.Subscription;
import stage.api.SubscriptionSnapshot;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class LedgerTest {
  @Nested
  class UnderLoad {
    @WithDemands
    void addsUpAtEveryInstantAndNeverRunsBackwards(int max, int min) throws Exception {
      int last = max < 10 ? 3000 : 50_000;
      var collectors = List.of(new Collector<Integer>(), new Collector<Integer>());
      try (var rig = new Rig()) {
        var done = new AtomicBoolean();
        var seen = new AtomicLong();
        var wrong = new ArrayList<SubscriptionSnapshot>();
        var watching = new CountDownLatch(1);
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(last)));
        numbers.cast(stage -> watching.await());
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          var collector = collectors.get(i);
          var consumer = rig.start(Stage.consumer("c" + i, () -> collector));
          subscriptions.add(consumer.subscribeTo(numbers, Demand.max(max).min(min)));
        }
        Thread watcher = Thread.ofPlatform().start(() -> {
          SubscriptionSnapshot before = subscriptions.getFirst().snapshot();
          while (!done.get()) {
            SubscriptionSnapshot now = subscriptions.getFirst().snapshot();
            boolean forward = now.sent() >= before.sent() && now.handled() >= before.handled()
                && now.requested() >= before.requested();
            if (!now.isBalanced() || !forward || now.outstanding() + now.inFlight() > max) wrong.add(now);
            before = now;
            seen.incrementAndGet();
            watching.countDown();
          }
        });
        rig.app().join();
        done.set(true);
        watcher.join();
        assertThat(wrong).isEmpty();
        assertThat(seen.get()).isPositive();
        assertThat(numbers.snapshot().eventsEmitted()).isEqualTo(last);
        for (int i = 0; i < 2; i++) {
          SubscriptionSnapshot end = subscriptions.get(i).snapshot();
          assertThat(end.handled()).as("as the behaviour saw it").isEqualTo(collectors.get(i).count());
          assertThat(end.isOpen()).isFalse();
          assertThat(end.sent()).isEqualTo(end.handled() + end.returned());
        }
        assertThat(collectors.get(0).count() + collectors.get(1).count()).isEqualTo(last);
      }
    }

    @Test
    void addsUpWhileConsumersComeAndGo() throws Exception {
      List<Collector<Integer>> all = new ArrayList<>();
      List<Subscription> subscriptions = new ArrayList<>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer()));
        for (int round = 0; round < 60; round++) {
          var collector = new Collector<Integer>();
          all.add(collector);
          var consumer = rig.start(Stage.consumer("c" + round, () -> collector));
          subscriptions.add(consumer.subscribeTo(numbers, Demand.max(round % 7 + 1)));
          Await.that(rig.app(), consumer, stage -> stage.count() > 20);
          if (round % 3 != 0) subscriptions.getLast().cancel();
          if (round % 5 == 4) subscriptions.get(round - 1).cancel();
          rig.assertBalanced();
          for (Subscription subscription : subscriptions) {
            SubscriptionSnapshot now = subscription.snapshot();
            assertThat(now.sent()).isEqualTo(now.handled() + now.inFlight() + now.returned());
          }
        }
        numbers.stop();
      }
      List<Integer> events = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        assertThat(subscriptions.get(i).snapshot().handled()).isEqualTo(all.get(i).count());
        events.addAll(all.get(i).events);
      }
      assertThat(events).as("each event went to one of them").doesNotHaveDuplicates();
    }

    @Test
    void ofAStageAddsUpOverAllItsSubscriptions() throws Exception {
      List<Subscription> subscriptions = new ArrayList<>();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new)
            .withDispatcher(Dispatcher.<Integer>partition(List.of("a", "b"), n -> switch (n % 5) {
              case 0 -> "a";
              case 1 -> "b";
              case 2 -> Dispatcher.NOBODY;
              case 3 -> null;
              default -> throw new IllegalStateException("announced by this test");
            })).withDeadLetters(letter -> {}));
        for (String partition : List.of("a", "b", "b")) {
          var consumer = rig.start(Stage.consumer(partition + subscriptions.size(), Collector<Integer>::new));
          subscriptions.add(consumer.subscribeTo(
              stage.api.SubscriptionSpec.<Integer>to(producer).withPartition(partition).withDemand(Demand.max(7))));
        }
        producer.castEmit((stage, out) -> {
          for (int i = 0; i < 1000; i++) out.emit(i);
        });
        Await.numbers(rig.app(), producer,
            ref -> subscriptions.stream().mapToLong(s -> s.snapshot().handled()).sum() == 400);
        Await.answered(producer);   // the turn is over
        StageSnapshot numbers = producer.snapshot();
        assertThat(numbers.eventsEmitted()).isEqualTo(1000);
        assertThat(numbers.eventsSkipped()).isEqualTo(200);
        assertThat(numbers.eventsDeadLettered()).isEqualTo(400);
        assertThat(numbers.backlog()).isZero();
      }
    }
  }

  @Nested
  class AConsumerThatCancels {
    @Test
    void inABatchHasHandledWhatItSays() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new));
        var got = new ArrayList<Integer>();
        Stage.Consumer<Integer> leaver = (events, from) -> {
          got.addAll(events);
          from.cancel(2);
        };
        var consumer = rig.start(Stage.consumer("leaver", Integer.class, () -> leaver));
        var subscription = consumer.subscribeTo(producer, Demand.max(10).min(0));
        producer.castEmit((stage, out) -> {
          for (int i = 1; i <= 10; i++) out.emit(i);
        });
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().backlog() == 8);
        SubscriptionSnapshot end = subscription.snapshot();
        assertThat(end.sent()).isEqualTo(10);
        assertThat(end.handled()).isEqualTo(2);
        assertThat(end.returned()).isEqualTo(8);
        assertThat(end.isOpen()).isFalse();
        var successor = rig.start(Stage.consumer("successor", Collector<Integer>::new).subscribeTo(producer));
        Await.that(rig.app(), successor, stage -> stage.count() == 8);
        assertThat(successor.<List<Integer>>call(stage -> stage.events)).containsExactly(3, 4, 5, 6, 7, 8, 9, 10);
      }
    }

    @Test
    void withoutANumberHasHandledTheBatchInHand() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", Idle::new));
        Stage.Consumer<Integer> leaver = (events, from) -> from.cancel();
        var consumer = rig.start(Stage.consumer("leaver", Integer.class, () -> leaver));
        var subscription = consumer.subscribeTo(producer, Demand.max(10).min(6));   // batches of four
        producer.castEmit((stage, out) -> {
          for (int i = 1; i <= 10; i++) out.emit(i);
        });
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().backlog() == 6);
        assertThat(subscription.snapshot().handled()).isEqualTo(4);
        subscription.cancel();   // a second time, which changes nothing
        Await.answered(consumer);
        assertThat(subscription.snapshot().returned()).isEqualTo(6);
      }
    }

    @Test
    void andSubscribesAgainMissesNothing() throws Exception {
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer()));
        var consumer = rig.start(Stage.consumer("collector", Collector<Integer>::new));
        for (int i = 0; i < 20; i++) {
          int soFar = consumer.<Integer>call(Collector::count);
          var subscription = consumer.subscribeTo(numbers, Demand.max(16));
          Await.that(rig.app(), consumer, stage -> stage.count() > soFar + 5);
          subscription.cancel();
          Await.numbers(rig.app(), numbers, ref -> ref.snapshot().outputs().isEmpty());
        }
        List<Integer> events = consumer.call(stage -> List.copyOf(stage.events));
        assertThat(events).isEqualTo(DemandTest.numbersTo(events.size()));
      }
    }
  }

  @Nested
  class TwoSubscriptionsBetweenTheSamePair {
    @Test
    void haveALedgerEach() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var numbers =
            rig.start(
                Stage.producer("numbers", () -> new CountingProducer(2000)).withDispatcher(Dispatcher.broadcast()));
        var gate = new CountDownLatch(1);
        numbers.cast(stage -> gate.await());
        var consumer = rig.start(Stage.consumer("held", () -> held).subscribeTo(numbers, Demand.max(8))
            .subscribeTo(numbers, Demand.max(100)));
        assertThat(consumer.snapshot().inputs()).hasSize(2).extracting(SubscriptionSnapshot::id)
            .doesNotHaveDuplicates();
        gate.countDown();
        held.letGo();
        rig.app().join();
      }
      assertThat(held.handled).hasSize(4000);
    }
  }
}
