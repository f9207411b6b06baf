package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.StageFailedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class DispatchTest {
  private static ProducerSpec<Integer, Idle> silent(Dispatcher<Integer> dispatch) {
    return Stage.producer("silent", Idle::new).withDispatcher(dispatch);
  }

  private static ConsumerRef<Integer, Collector<Integer>> collect(Rig rig, String name,
      SubscriptionSpec<Integer> subscription) {
    return rig.start(Stage.consumer(name, Collector<Integer>::new).subscribeTo(subscription));
  }

  private static List<Integer> eventsOf(ConsumerRef<Integer, Collector<Integer>> collector) throws Exception {
    return collector.call(stage -> List.copyOf(stage.events));
  }

  private static void awaitCount(Rig rig, ConsumerRef<Integer, Collector<Integer>> collector, int count)
      throws Exception {
    Await.that(rig.app(), collector, stage -> stage.count() == count);
  }

  /** Waits until the producer knows of so much demand. */
  private static void awaitDemand(Rig rig, ProducerRef<Integer, ?> producer, long demand) throws Exception {
    var answer = new LinkedBlockingQueue<Long>();
    do producer.castEmit((stage, out) -> answer.add(out.demand()));
    while (Await.next(rig.app(), answer) != demand);
  }

  private static void emit(ProducerRef<Integer, ?> producer, int from, int to) throws Exception {
    producer.castEmit((stage, out) -> {
      for (int i = from; i <= to; i++) out.emit(i);
    });
  }

  private static List<Integer> numbers(int from, int to) {
    List<Integer> all = new ArrayList<>();
    for (int i = from; i <= to; i++) all.add(i);
    return all;
  }

  @Nested
  class ByDemand {
    @ParameterizedTest(name = "{0} events to {1} ready consumers: shares {2}")
    @CsvSource({"8, 4, 2 2 2 2", "10, 4, 3 3 2 2", "3, 3, 1 1 1", "400, 2, 200 200", "7, 1, 7"})
    void splitsAnOfferIntoContiguousSharesSoThatSmallInputsRunInParallel(int events, int consumers, String shares)
        throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.demand()));
        List<ConsumerRef<Integer, Collector<Integer>>> all = new ArrayList<>();
        for (int i = 0; i < consumers; i++) {
          all.add(collect(rig, "c" + i, SubscriptionSpec.to(producer)));
        }
        emit(producer, 1, events);
        int next = 1;
        String[] expected = shares.split(" ");
        for (int i = 0; i < consumers; i++) {
          int share = Integer.parseInt(expected[i]);
          awaitCount(rig, all.get(i), share);
          assertThat(eventsOf(all.get(i))).isEqualTo(numbers(next, next + share - 1));
          next += share;
        }
      }
    }

    @Test
    void givesFewEventsToThoseWithMostOutstandingDemand() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.demand()));
        var little = collect(rig, "little", SubscriptionSpec.to(producer).withDemand(Demand.max(5)));
        var much = collect(rig, "much", SubscriptionSpec.to(producer).withDemand(Demand.max(100)));
        emit(producer, 1, 1);
        awaitCount(rig, much, 1);
        assertThat(eventsOf(little)).isEmpty();
      }
    }

    @Test
    void givesNothingToAConsumerThatWantsNothing() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.demand()));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(producer, Demand.max(2).min(0)));
        emit(producer, 1, 2);
        Await.next(rig.app(), held.entered);
        var other = collect(rig, "other", SubscriptionSpec.to(producer));
        emit(producer, 3, 50);
        awaitCount(rig, other, 48);
        assertThat(eventsOf(other)).isEqualTo(numbers(3, 50));
        held.letGo();
      }
    }

    @Test
    void givesEachEventToExactlyOneConsumer() throws Exception {
      Queue<Integer> all = new ConcurrentLinkedQueue<>();
      Stage.Consumer<Integer> worker = (events, from) -> all.addAll(events);
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(20_000)));
        for (int i = 0; i < 4; i++) {
          rig.start(Stage.consumer("worker" + i, numbers, () -> (events, from) -> worker.onEvents(events, from))
              .withDemand(Demand.max(64)));
        }
        rig.app().join();
      }
      assertThat(all).hasSize(20_000).doesNotHaveDuplicates();
    }

    @Test
    void f34_keepsInTheBacklogWhatNobodyWantsYet() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.demand()));
        emit(producer, 1, 100);
        Await.answered(producer);
        assertThat(producer.snapshot().backlog()).isEqualTo(100);
        var late = collect(rig, "late", SubscriptionSpec.to(producer).withDemand(Demand.max(10)));
        awaitCount(rig, late, 100);
        assertThat(eventsOf(late)).isEqualTo(numbers(1, 100));
        assertThat(producer.snapshot().backlog()).isZero();
      }
    }

    @Test
    void givesWhatAConsumerDidNotHandleToTheOthersAheadOfNewerEvents() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.demand()));
        var leaver = rig.start(Stage.consumer("held", () -> held));
        var subscription = leaver.subscribeTo(producer, Demand.max(10).min(9));   // batches of one
        emit(producer, 1, 10);
        assertThat(Await.next(rig.app(), held.entered)).containsExactly(1);
        emit(producer, 11, 12);
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().backlog() == 2);
        subscription.cancel();
        held.letGo();
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().backlog() == 11);
        var other = collect(rig, "other", SubscriptionSpec.to(producer));
        awaitCount(rig, other, 11);
        assertThat(eventsOf(other)).isEqualTo(numbers(2, 12));
        assertThat(held.handled).as("the turn that was running is finished, and is the last").containsExactly(1);
        assertThat(subscription.snapshot().handled()).isEqualTo(1);
        assertThat(subscription.snapshot().returned()).as("it may have asked for one more before it left").isBetween(9L,
            10L);
        assertThat(subscription.snapshot().isOpen()).isFalse();
      }
    }
  }

  @Nested
  class Broadcast {
    @WithDemands
    void givesEveryEventToEveryConsumerInOrder(int max, int min) throws Exception {
      List<Collector<Integer>> all = List.of(new Collector<>(), new Collector<>(), new Collector<>());
      try (var rig = new Rig()) {
        var gate = new CountDownLatch(1);
        var numbers =
            rig.start(
                Stage.producer("numbers", () -> new CountingProducer(2000)).withDispatcher(Dispatcher.broadcast()));
        numbers.cast(stage -> gate.await());
        for (int i = 0; i < 3; i++) {
          var collector = all.get(i);
          rig.start(Stage.consumer("c" + i, () -> collector).subscribeTo(numbers, Demand.max(max + i).min(min)));
        }
        gate.countDown();
        rig.app().join();
      }
      assertThat(all).allSatisfy(collector -> assertThat(collector.events).isEqualTo(numbers(1, 2000)));
    }

    @Test
    void f32_goesAtThePaceOfTheSlowest() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.broadcast()));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(producer, Demand.max(4).min(0)));
        var quick = collect(rig, "quick", SubscriptionSpec.to(producer));
        emit(producer, 1, 10);
        awaitCount(rig, quick, 4);
        Await.answered(producer);
        assertThat(producer.snapshot().backlog()).isEqualTo(6);
        held.letGo();
        awaitCount(rig, quick, 10);
      }
      assertThat(held.handled).containsExactlyElementsOf(numbers(1, 10));
    }

    @Test
    void asksTheProducerForTheLeastThatAnybodyWants() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.broadcast()));
        collect(rig, "a", SubscriptionSpec.to(producer).withDemand(Demand.max(7)));
        collect(rig, "b", SubscriptionSpec.to(producer).withDemand(Demand.max(3)));
        awaitDemand(rig, producer, 3);
      }
    }

    @Test
    void aRejectedEventCostsTheSubscriberNoDemand() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.broadcast()));
        var even = collect(rig, "even",
            SubscriptionSpec.to(producer).withDemand(Demand.max(10).min(0)).withSelector(n -> n % 2 == 0));
        emit(producer, 1, 18);
        awaitCount(rig, even, 9);
        var ledger = even.snapshot().inputs().getFirst();
        assertThat(eventsOf(even)).containsExactly(2, 4, 6, 8, 10, 12, 14, 16, 18);
        assertThat(ledger.sent()).isEqualTo(9);
        assertThat(ledger.outstanding()).as("10 asked for, 9 sent").isEqualTo(1);
        assertThat(producer.snapshot().backlog()).isZero();
        awaitDemand(rig, producer, 1);
      }
    }

    @Test
    void f33_goesOnAskingAProducerWhoseEventsAllAreRejected() throws Exception {
      var picky = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers =
            rig.start(
                Stage.producer("numbers", () -> new CountingProducer(5000)).withDispatcher(Dispatcher.broadcast()));
        rig.start(Stage.consumer("picky", () -> picky)
            .subscribeTo(SubscriptionSpec.to(numbers).withDemand(Demand.max(10)).withSelector(n -> n == 4999)));
        rig.app().join();
      }
      assertThat(picky.events).containsExactly(4999);
    }

    @Test
    void aSelectorThatThrowsLosesThatSubscriberThatEvent() throws Exception {
      Queue<DeadLetter> letters = new ConcurrentLinkedQueue<>();
      try (var rig = new Rig()) {
        var producer =
            rig.start(silent(Dispatcher.<Integer>broadcast()).withDeadLetters(letter -> letters.add(letter)));
        var fragile = collect(rig, "fragile", SubscriptionSpec.to(producer).withSelector(n -> 6 / (n - 3) != 0));
        var other = collect(rig, "other", SubscriptionSpec.to(producer));
        emit(producer, 1, 5);
        awaitCount(rig, fragile, 4);
        awaitCount(rig, other, 5);
        assertThat(eventsOf(fragile)).containsExactly(1, 2, 4, 5);
        Await.answered(producer);   // the turn is over: events are given up once those beside them are published
        assertThat(producer.snapshot().eventsDeadLettered()).isEqualTo(1);
      }
      assertThat(letters).singleElement().satisfies(letter -> {
        assertThat(letter.event()).isEqualTo(3);
        assertThat(letter.cause()).isInstanceOf(ArithmeticException.class);
        assertThat(letter.path()).isEqualTo("rig/silent");
      });
    }

    @Test
    void f32_aLateJoinerSeesWhatIsEmittedAfterItsAcceptanceAndStallsNobody() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.broadcast()));
        var first = collect(rig, "first", SubscriptionSpec.to(producer));
        emit(producer, 1, 5);
        Await.answered(producer);
        var late = collect(rig, "late", SubscriptionSpec.to(producer).withDemand(Demand.max(2)));
        emit(producer, 6, 20);
        awaitCount(rig, late, 15);
        awaitCount(rig, first, 20);
        assertThat(eventsOf(late)).isEqualTo(numbers(6, 20));
      }
    }

    @Test
    void anEventCastAfterTheSubscriptionReachesIt() throws Exception {
      try (var rig = new Rig()) {
        var inTurn = new CountDownLatch(1);
        var busy = new CountDownLatch(1);
        var producer = rig.start(silent(Dispatcher.broadcast()));
        var first = collect(rig, "first", SubscriptionSpec.to(producer));
        var late = rig.start(Stage.consumer("late", Collector<Integer>::new));
        producer.cast(stage -> {
          inTurn.countDown();
          busy.await();
        });
        Await.open(rig.app(), inTurn);
        late.subscribeTo(producer);
        emit(producer, 1, 3);
        busy.countDown();
        awaitCount(rig, first, 3);
        awaitCount(rig, late, 3);
      }
    }

    @Test
    void aLateJoinerDoesNotGetWhatWasWaitingForTheOthers() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.broadcast()));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(producer, Demand.max(4).min(3)));
        emit(producer, 1, 10);
        Await.next(rig.app(), held.entered);
        var late = collect(rig, "late", SubscriptionSpec.to(producer));
        Await.answered(producer);
        emit(producer, 11, 12);
        held.letGo();
        awaitCount(rig, late, 2);
        assertThat(eventsOf(late)).containsExactly(11, 12);
      }
    }

    @Test
    void f32_aConsumerThatLeavesNoLongerHoldsTheOthersUp() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.broadcast()));
        var slow = rig.start(Stage.consumer("held", () -> held));
        var subscription = slow.subscribeTo(producer, Demand.max(4).min(3));
        var quick = collect(rig, "quick", SubscriptionSpec.to(producer));
        emit(producer, 1, 10);
        awaitCount(rig, quick, 4);
        Await.next(rig.app(), held.entered);
        subscription.cancel();
        held.letGo();
        awaitCount(rig, quick, 10);
        Await.answered(producer);
        assertThat(producer.snapshot().eventsReturned()).as("sent to the one that left, and not handled").isEqualTo(3);
        assertThat(subscription.snapshot().returned()).isEqualTo(3);
      }
    }
  }

  @Nested
  class Partition {
    private static final List<String> ODD_EVEN = List.of("odd", "even");

    private static Dispatcher.Partition<Integer> byParity() {
      return Dispatcher.partition(ODD_EVEN, n -> n % 2 == 0 ? "even" : "odd");
    }

    @Test
    void givesEachEventToTheConsumerOfItsPartition() throws Exception {
      var odd = new Collector<Integer>();
      var even = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(2000)).withDispatcher(byParity()));
        rig.start(Stage.consumer("odd", () -> odd).subscribeTo(SubscriptionSpec.to(numbers).withPartition("odd")));
        rig.start(Stage.consumer("even", () -> even)
            .subscribeTo(SubscriptionSpec.to(numbers).withPartition("even").withDemand(Demand.max(2))));
        rig.app().join();
      }
      assertThat(odd.events).isEqualTo(numbers(1, 2000).stream().filter(n -> n % 2 == 1).toList());
      assertThat(even.events).isEqualTo(numbers(1, 2000).stream().filter(n -> n % 2 == 0).toList());
    }

    @Test
    void ofANumberOfPartitionsKeepsEqualKeysTogether() throws Exception {
      List<Collector<Integer>> all = List.of(new Collector<>(), new Collector<>(), new Collector<>());
      try (var rig = new Rig()) {
        Dispatcher.Partition<Integer> byTens = Dispatcher.partition(3, n -> "key" + n / 10);
        var numbers =
            rig.start(
                Stage.producer("numbers", () -> new CountingProducer(999)).withDispatcher(byTens.withBacklog(2000)));
        for (int i = 0; i < 3; i++) {
          var collector = all.get(i);
          rig.start(
              Stage.consumer("c" + i, () -> collector).subscribeTo(SubscriptionSpec.to(numbers).withPartition(i)));
        }
        rig.app().join();
      }
      for (Collector<Integer> collector : all) {
        assertThat(collector.events).isSorted().isNotEmpty();
        assertThat(collector.events.stream().map(n -> n / 10).distinct().mapToInt(key ->
        (int) collector.events.stream().filter(n -> n / 10 == key).count() - (key == 0 ? 9 : 10))
            .filter(missing -> missing != 0)).isEmpty();
      }
    }

    @Test
    void mayHaveSeveralConsumersThatShareIt() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(byParity()));
        var a = collect(rig, "a", SubscriptionSpec.to(producer).withPartition("even"));
        var b = collect(rig, "b", SubscriptionSpec.to(producer).withPartition("even"));
        var odd = collect(rig, "odd", SubscriptionSpec.to(producer).withPartition("odd"));
        emit(producer, 1, 200);
        awaitCount(rig, a, 50);
        awaitCount(rig, b, 50);
        awaitCount(rig, odd, 100);
        assertThat(eventsOf(a)).doesNotContainAnyElementsOf(eventsOf(b)).allMatch(n -> n % 2 == 0);
      }
    }

    @ParameterizedTest(name = "a function that answers {0}")
    @CsvSource(nullValues = "null", value = {
        "neither, 'the partition function of rig/silent returned \"neither\"; there are: odd, even; return"
            + " Dispatcher.NOBODY to skip an event'",
        "null, 'the partition function of rig/silent returned null; there are: odd, even; return Dispatcher.NOBODY"
            + " to skip an event'"})
    void f30_deadLettersAnEventOfNoPartitionAndGoesOn(String answer, String message) throws Exception {
      Queue<DeadLetter> letters = new ConcurrentLinkedQueue<>();
      List<Long> counts = new ArrayList<>();
      try (var rig = new Rig()) {
        Dispatcher<Integer> dispatch =
            Dispatcher.partition(ODD_EVEN, n -> n % 10 == 0 ? answer : n % 2 == 0 ? "even" : "odd");
        var producer = rig.start(silent(dispatch).withDeadLetters(letter -> {
          letters.add(letter);
          counts.add(letter.count());
        }));
        var even = collect(rig, "even", SubscriptionSpec.to(producer).withPartition("even"));
        emit(producer, 1, 25);
        awaitCount(rig, even, 10);
        Await.answered(producer);
        assertThat(producer.snapshot().eventsDeadLettered()).isEqualTo(2);
        assertThat(producer.isAlive()).isTrue();
      }
      assertThat(letters).extracting(DeadLetter::event).containsExactly(10, 20);
      assertThat(letters).allSatisfy(letter -> assertThat(letter.cause()).hasMessage(message));
      assertThat(counts).containsExactly(1L, 2L);
    }

    @Test
    void f30_deadLettersAnEventWhoseFunctionThrowsOrWhoseKeyIsNull() throws Exception {
      Queue<DeadLetter> letters = new ConcurrentLinkedQueue<>();
      try (var rig = new Rig()) {
        Dispatcher<Integer> dispatch = Dispatcher.partition(1, n -> n == 2 ? null : 6 / (n - 4));
        var producer = rig.start(silent(dispatch).withDeadLetters(letter -> letters.add(letter)));
        var all = collect(rig, "all", SubscriptionSpec.to(producer).withPartition(0));
        emit(producer, 1, 5);
        awaitCount(rig, all, 3);
        assertThat(eventsOf(all)).containsExactly(1, 3, 5);
      }
      assertThat(letters).extracting(DeadLetter::event).containsExactly(2, 4);
      assertThat(letters.poll().cause()).hasMessage("the key of an event must not be null");
      assertThat(letters.poll().cause()).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void f11_survivesADeadLetterHandlerThatThrows() throws Exception {
      try (var rig = new Rig()) {
        Dispatcher<Integer> dispatch = Dispatcher.partition(1, n -> n == 2 ? null : n);
        var producer = rig.start(silent(dispatch).withDeadLetters(letter -> {
          throw new java.io.IOException("announced by this test");
        }));
        var all = collect(rig, "all", SubscriptionSpec.to(producer).withPartition(0));
        emit(producer, 1, 3);
        awaitCount(rig, all, 2);
        Await.answered(producer);
        assertThat(producer.snapshot().eventsDeadLettered()).isEqualTo(1);
      }
    }

    @Test
    void givesTheDemandForAnEventForNobodyBack() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(5000))
            .withDispatcher(Dispatcher.partition(List.of("all"), n -> n % 1000 == 0 ? "all" : Dispatcher.NOBODY)));
        rig.start(Stage.consumer("collector", () -> collector)
            .subscribeTo(SubscriptionSpec.to(numbers).withPartition("all").withDemand(Demand.max(3).min(0))));
        rig.app().join();
        assertThat(numbers.snapshot().eventsSkipped()).isEqualTo(4995);
      }
      assertThat(collector.events).containsExactly(1000, 2000, 3000, 4000, 5000);
    }

    @Test
    void f31_holdsABacklogPerPartitionUpToItsBoundAndThenAsksForNoMore() throws Exception {
      try (var rig = new Rig()) {
        var counter = new CountingProducer();
        var numbers = rig.start(Stage.producer("numbers", () -> counter).withDispatcher(byParity().withBacklog(10)));
        // nobody takes the odd ones
        var even = collect(rig, "even", SubscriptionSpec.to(numbers).withPartition("even"));
        awaitDemand(rig, numbers, 0);
        assertThat(numbers.snapshot().backlog()).isEqualTo(10);
        int emitted = numbers.call(CountingProducer::emitted);
        awaitCount(rig, even, emitted / 2);
        assertThat(emitted).isBetween(19, 20);
        var odd = collect(rig, "odd", SubscriptionSpec.to(numbers).withPartition("odd"));
        Await.that(rig.app(), odd, stage -> stage.count() > 1000);
      }
    }

    @Test
    void f31_takesWhatALeaverDidNotHandleBackForItsSuccessor() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(byParity()));
        var leaver = rig.start(Stage.consumer("held", () -> held));
        var subscription = leaver.subscribeTo(
            SubscriptionSpec.<Integer>to(producer).withPartition("even").withDemand(Demand.max(10).min(9)));
        emit(producer, 1, 20);
        assertThat(Await.next(rig.app(), held.entered)).containsExactly(2);
        subscription.cancel();
        held.letGo();
        Await.numbers(rig.app(), leaver, ref -> ref.snapshot().inputs().isEmpty());
        var successor = collect(rig, "successor", SubscriptionSpec.to(producer).withPartition("even"));
        awaitCount(rig, successor, 9);
        assertThat(eventsOf(successor)).containsExactly(4, 6, 8, 10, 12, 14, 16, 18, 20);
      }
    }

    @Test
    void refusesASubscriptionWithoutOneOrToOneThatIsNotThere() {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(byParity()));
        var consumer = rig.start(Stage.consumer("c", Collector<Integer>::new));
        assertThatThrownBy(() -> consumer.subscribeTo(producer)).isInstanceOf(SubscriptionRefusedException.class)
            .hasMessage(
                "stage rig/c cannot subscribe to rig/silent: it has partitions, so name one with withPartition(…); there are: odd, even");
        assertThatThrownBy(() -> consumer.subscribeTo(SubscriptionSpec.<Integer>to(producer).withPartition(3)))
            .hasMessage(
            "stage rig/c cannot subscribe to rig/silent: it has no partition \"3\"; there are: odd, even");
        assertThatThrownBy(() -> consumer
            .subscribeTo(SubscriptionSpec.<Integer>to(producer).withPartition("odd").withSelector(n -> true)))
            .hasMessage(
                "stage rig/c cannot subscribe to rig/silent: it does not broadcast, so it cannot use a selector;"
                + " give it Dispatcher.broadcast()");
        assertThat(producer.snapshot().outputs()).isEmpty();
      }
    }

    @Test
    void isRefusedWhereTheProducerHasNone() {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.demand()));
        var consumer = rig.start(Stage.consumer("c", Collector<Integer>::new));
        assertThatThrownBy(() -> consumer.subscribeTo(SubscriptionSpec.<Integer>to(producer).withPartition("odd")))
            .hasMessage(
            "stage rig/c cannot subscribe to rig/silent: it has no partitions, but partition \"odd\" was asked for");
      }
    }
  }

  @Nested
  class ARuleOfOnesOwn {
    /** Shares by weight, as far as demand allows. */
    private static final class Weighted implements DispatchRule {
      @Override
      public void share(int events, Subscriptions subscriptions, int[] shares) {
        int sum = 0;
        for (int i = 0; i < shares.length; i++) sum += subscriptions.weight(i);
        for (int i = 0; i < shares.length; i++) {
          shares[i] = (int) Math.min(subscriptions.demand(i), (long) events * subscriptions.weight(i) / sum);
        }
      }
    }

    /** All to the subscription of the greatest weight, as long as it takes them; nothing to the others before that. */
    private static final class Priority implements DispatchRule {
      private final AtomicInteger asked = new AtomicInteger();

      @Override
      public void share(int events, Subscriptions subscriptions, int[] shares) {
        asked.incrementAndGet();
        int best = 0;
        for (int i = 1; i < shares.length; i++) if (subscriptions.weight(i) > subscriptions.weight(best)) best = i;
        shares[best] = (int) Math.min(events, subscriptions.demand(best));
      }
    }

    @Test
    void sharesByWeight() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.shared(new Weighted())));
        var heavy = collect(rig, "heavy", SubscriptionSpec.to(producer).withWeight(3));
        var light = collect(rig, "light", SubscriptionSpec.to(producer));
        emit(producer, 1, 100);
        awaitCount(rig, heavy, 75);
        awaitCount(rig, light, 25);
        assertThat(eventsOf(heavy)).isEqualTo(numbers(1, 75));
        assertThat(eventsOf(light)).isEqualTo(numbers(76, 100));
      }
    }

    @Test
    void mayLeaveEventsInTheBacklogWithoutBeingAskedAgainUntilDemandHasChanged() throws Exception {
      var held = new HeldConsumer<Integer>();
      var rule = new Priority();
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.shared(rule)));
        rig.start(Stage.consumer("first", () -> held)
            .subscribeTo(SubscriptionSpec.<Integer>to(producer).withDemand(Demand.max(4).min(0)).withWeight(9)));
        var second = collect(rig, "second", SubscriptionSpec.to(producer));
        emit(producer, 1, 10);
        Await.next(rig.app(), held.entered);
        // once for the offer, once for what was left over
        Await.numbers(rig.app(), producer, ref -> rule.asked.get() == 2);
        for (int i = 0; i < 100; i++) Await.answered(producer);
        assertThat(rule.asked.get()).isEqualTo(2);
        assertThat(producer.snapshot().backlog()).isEqualTo(6);
        held.letGo();
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().backlog() == 0);
        assertThat(eventsOf(second)).isEmpty();
      }
      assertThat(held.handled).containsExactlyElementsOf(numbers(1, 10));
    }

    @Test
    void isAskedWithASingleSubscriptionToo() throws Exception {
      class WaitsForTwo implements DispatchRule {
        @Override
        public void share(int events, Subscriptions subscriptions, int[] shares) {
          for (int i = 0; i < shares.length; i++) shares[i] = events / shares.length;
        }

        @Override
        public long demand(Subscriptions subscriptions) {
          return subscriptions.count() < 2 ? 0 : DispatchRule.super.demand(subscriptions);
        }
      }
      try (var rig = new Rig()) {
        var counter = new CountingProducer(10);
        var producer =
            rig.start(Stage.producer("numbers", () -> counter).withDispatcher(Dispatcher.shared(new WaitsForTwo())));
        collect(rig, "a", SubscriptionSpec.to(producer));
        var wanted = new LinkedBlockingQueue<Long>();
        producer.castEmit((stage, out) -> wanted.add(out.demand()));
        assertThat(Await.next(rig.app(), wanted)).isZero();
        counter.context().wakeUp();
        Await.answered(producer);
        assertThat(counter.demands).isEmpty();
        collect(rig, "b", SubscriptionSpec.to(producer));
        rig.app().join();
        assertThat(counter.demands).containsExactly(2000L);
      }
    }

    @Test
    void isNotConfusedByAConsumerThatLeavesWhileItDecides() throws Exception {
      try (var rig = new Rig()) {
        var leave = new ArrayList<Runnable>();
        DispatchRule rule = (events, subscriptions, shares) -> {
          leave.forEach(Runnable::run);
          leave.clear();
          for (int i = 0, left = events; i < shares.length; left -= shares[i++]) {
            shares[i] = (int) Math.min(left, subscriptions.demand(i));
          }
        };
        var producer = rig.start(silent(Dispatcher.shared(rule)));
        var leaver = rig.start(Stage.consumer("leaver", Collector<Integer>::new));
        var subscription = leaver.subscribeTo(producer, Demand.max(5));
        var other = collect(rig, "other", SubscriptionSpec.to(producer));
        var gone = new CountDownLatch(1);
        leave.add(() -> {
          subscription.cancel();
          try {
            Await.numbers(rig.app(), leaver, ref -> ref.snapshot().inputs().isEmpty());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          gone.countDown();
        });
        emit(producer, 1, 8);
        Await.open(rig.app(), gone);
        awaitCount(rig, other, 8);
        assertThat(eventsOf(other)).containsExactlyInAnyOrderElementsOf(numbers(1, 8));
        assertThat(subscription.snapshot().returned()).isEqualTo(subscription.snapshot().sent());
      }
    }

    @ParameterizedTest(name = "gives {0} to the first of two that want 5 each, of 4 events: {1}")
    @CsvSource({
        "6, 'gave 6 events to subscription 0, which wants 5; a share must be from 0 to the subscription''s demand'",
        "-1, 'gave -1 events to subscription 0, which wants 5; a share must be from 0 to the subscription''s demand'",
        "5, 'shared out 5 events, but was given 4'"})
    void thatCheatsCrashesTheProducerAndNothingIsPublished(int share, String message) throws Exception {
      try (var rig = new Rig()) {
        DispatchRule cheat = new DispatchRule() {
          @Override
          public void share(int events, Subscriptions subscriptions, int[] shares) {
            shares[0] = share;
          }

          @Override
          public String toString() {
            return "cheat";
          }
        };
        var producer = rig.start(silent(Dispatcher.shared(cheat)));
        var a = new Collector<Integer>();
        var b = new Collector<Integer>();
        rig.start(Stage.consumer("a", () -> a).subscribeTo(producer, Demand.max(5)));
        rig.start(Stage.consumer("b", () -> b).subscribeTo(producer, Demand.max(5)));
        emit(producer, 1, 4);
        assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class).cause()
            .isInstanceOf(IllegalStateException.class).hasMessage("dispatcher cheat " + message);
        assertThat(a.events).isEmpty();
        assertThat(b.events).isEmpty();
      }
    }

    @Test
    void whoseDemandIsNegativeCrashesTheProducer() throws Exception {
      try (var rig = new Rig()) {
        DispatchRule wrong = new DispatchRule() {
          @Override
          public void share(int events, Subscriptions subscriptions, int[] shares) {}

          @Override
          public long demand(Subscriptions subscriptions) {
            return -1;
          }

          @Override
          public String toString() {
            return "wrong";
          }
        };
        var producer = rig.start(silent(Dispatcher.shared(wrong)));
        collect(rig, "a", SubscriptionSpec.to(producer));
        assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class).cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("dispatcher wrong wants -1 events; its demand must be at least 0, and Long.MAX_VALUE where a sum"
                + " would be more");
      }
    }

    @Test
    void thatThrowsCrashesTheProducer() throws Exception {
      try (var rig = new Rig()) {
        var producer = rig.start(silent(Dispatcher.shared((events, subscriptions, shares) -> {
          throw new ArithmeticException("announced by this test");
        })));
        collect(rig, "a", SubscriptionSpec.to(producer));
        collect(rig, "b", SubscriptionSpec.to(producer));
        emit(producer, 1, 4);
        assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class).cause()
            .hasMessage("announced by this test");
      }
    }
  }
}
