package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Source;

class RedeliveryTest extends CrashTest {
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();
  // as they were handed in
  private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());

  /** What a poisonous event does. */
  private static final class Poisoned extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Poisoned(int event) {
      super("event " + event + " is poison");
    }
  }

  /** Handles a batch event by event, and crashes at poison. */
  private final class Taster implements Stage.Consumer<Integer> {
    private final Set<Integer> poison;

    Taster(Integer... poison) {
      this.poison = Set.of(poison);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      batches.add(events);
      for (int event : events) if (poison.contains(event)) throw new Poisoned(event);
      handled.addAll(events);
    }
  }

  /** {@return the letters that were handled} Closes the scope, which waits for that. */
  private BlockingQueue<DeadLetter> lettersOfTheScope() {
    scope().close();
    return letters;
  }

  private ProducerRef<Integer, Source> source(int limit) {
    return start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
  }

  private ConsumerSpec<Integer, Taster> taster(Integer... poison) {
    return Stage.consumer("sink", () -> new Taster(poison)).withDeadLetters(letter -> letters.add(letter));
  }

  /** Starts a consumer that is subscribed once it is paused, so that its first batch is as large as it can be. */
  private Subscription fill(ConsumerRef<Integer, ?> sink, ProducerRef<Integer, ?> source, Demand demand, int sent) {
    sink.pause();
    Subscription subscription = sink.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(demand));
    Await.until(() -> subscription.snapshot().sent() == sent, sent + " events are sent", source, sink);
    sink.resume();
    return subscription;
  }

  private static List<Integer> upToWithout(int limit, Integer... without) {
    Set<Integer> poison = Set.of(without);
    return IntStream.range(0, limit).boxed().filter(event -> !poison.contains(event)).toList();
  }

  private static void assertLedger(SubscriptionSnapshot ledger, long handled, long deadLettered, long dropped) {
    assertThat(ledger.handled()).as("handled").isEqualTo(handled);
    assertThat(ledger.deadLettered()).as("dead-lettered").isEqualTo(deadLettered);
    assertThat(ledger.dropped()).as("dropped").isEqualTo(dropped);
    assertThat(ledger.isBalanced()).isTrue();
  }

  @Nested
  class OnePoisonInFiveHundred {
    @ParameterizedTest(name = "event {0}")
    @ValueSource(ints = {0, 1, 250, 499})
    void f07_isTheOnlyOneThatIsGivenUpWithTheDefaultsOfOtpAndStage(int poison) throws Exception {
      open(Intensity.of(3));
      var source = source(1000);
      var sink = start(taster(poison));
      var subscription = fill(sink, source, Demand.DEFAULT, 1000);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(1000, poison));
      assertThat(lettersOfTheScope()).singleElement().satisfies(letter -> {
        assertThat(letter.event()).isEqualTo(poison);
        assertThat(letter.cause()).isInstanceOf(Poisoned.class).hasMessage("event " + poison + " is poison");
        assertThat(letter.path()).isEqualTo("test/sink");
        assertThat(letter.attempts()).isEqualTo(3);
        assertThat(letter.incarnation()).isEqualTo(3);
      });
      assertLedger(subscription.snapshot(), 999, 1, 0);
      log.takeRestarts(3);
    }

    @Test
    void f07_isFoundByDeliveringTheBatchAgainAndThenItsEventsOneByOne() throws Exception {
      open(Intensity.of(3));
      var source = source(1000);
      var sink = start(taster(2));
      fill(sink, source, Demand.DEFAULT, 1000);
      Await.end(sink);
      List<Integer> first = IntStream.range(0, 500).boxed().toList();
      assertThat(batches.subList(0, 2)).containsExactly(first, first);
      assertThat(batches.subList(2, 5)).containsExactly(List.of(0), List.of(1), List.of(2));
      assertThat(batches.subList(5, 502)).as("the rest of the suspects").allMatch(batch -> batch.size() == 1);
      assertThat(batches.getLast()).as("batches are whole again").hasSize(500);
      log.takeRestarts(3);
    }
  }

  @Nested
  class SimulationRunner {
    @ParameterizedTest(name = "attempts({0}): {1} crashes")
    @CsvSource({"1, 2", "2, 3", "5, 6"})
    void f07_areHowOftenAnEventIsDeliveredAgain(int attempts, int crashes) throws Exception {
      open(Intensity.of(crashes));   // not one more than it takes
      var source = source(20);
      var sink = start(taster(7).withRedelivery(Redelivery.attempts(attempts)));
      var subscription = fill(sink, source, Demand.max(20), 20);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(20, 7));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::attempts).containsExactly(crashes);
      assertThat(batches).filteredOn(batch -> batch.contains(7)).as("deliveries of the poison").hasSize(crashes);
      assertLedger(subscription.snapshot(), 19, 1, 0);
      log.takeRestarts(crashes);
    }

    @ParameterizedTest(name = "attempts({0}): {1} crashes")
    @CsvSource({"1, 2", "2, 3", "5, 6"})
    void f07_areTheSameForABatchOfOne(int attempts, int crashes) throws Exception {
      open(Intensity.of(crashes));
      var source = source(20);
      var sink = start(taster(7).withRedelivery(Redelivery.attempts(attempts)).subscribeTo(source, Demand.max(1)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(20, 7));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::attempts).containsExactly(crashes);
      log.takeRestarts(crashes);
    }

    @Test
    void areNotCountedTogetherForCrashesOfAnotherCause() throws Exception {
      var source = source(100);
      BlockingQueue<Integer> crashed = new LinkedBlockingQueue<>();
      var sink = start(Stage.consumer("sink", source, () -> (events, from) -> {
        for (int event : events) {
          if (event % 10 == 3 && !crashed.contains(event)) {
            crashed.add(event);
            throw new Poisoned(event);   // once each
          }
        }
        handled.addAll(events);
      }).withDeadLetters(letter -> letters.add(letter)).withDemand(Demand.max(1)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(100));
      assertThat(lettersOfTheScope()).isEmpty();
      log.takeRestarts(10);
    }

    @Test
    void anEventThatIsCuredInTimeIsHandled() throws Exception {
      open(Intensity.of(2));
      var source = source(20);
      int[] crashes = {0};   // the stage's thread only
      var sink = start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
        if (events.contains(7) && crashes[0]++ < 2) throw new Poisoned(7);
        handled.addAll(events);
      }).withDeadLetters(letter -> letters.add(letter)));
      fill(sink, source, Demand.max(20), 20);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(20));
      assertThat(lettersOfTheScope()).isEmpty();
      log.takeRestarts(2);
    }
  }

  @Nested
  class NoRedelivery {
    @Test
    void dropsTheBatchAndCountsIt() throws Exception {
      open(Intensity.of(1));
      var source = source(30);
      var sink = start(taster(13).withRedelivery(Redelivery.none()));
      var subscription = fill(sink, source, Demand.max(20), 20);   // batches of 10
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(30, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
      assertThat(lettersOfTheScope()).isEmpty();
      assertLedger(subscription.snapshot(), 20, 0, 10);
      log.takeRestarts(1);
    }

    @Test
    void keepsWhatWasCommitted() throws Exception {
      open(Intensity.of(1));
      var source = source(30);
      var sink = start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
        for (int event : events) {
          if (event == 13) throw new Poisoned(event);
          handled.add(event);
          from.commit(1);
        }
      }).withRedelivery(Redelivery.none()));
      var subscription = fill(sink, source, Demand.max(20), 20);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).startsWith(0, 1, 2).contains(12, 29).doesNotContain(13);
      SubscriptionSnapshot ledger = subscription.snapshot();
      assertThat(ledger.dropped()).isBetween(1L, 7L);
      assertThat(handled).hasSize((int) ledger.handled());
      assertThat(ledger.handled() + ledger.dropped()).isEqualTo(30);
      log.takeRestarts(1);
    }
  }

  @Nested
  class SeveralPoisons {
    @Test
    void f07_inOneBatchAreFoundOneAfterTheOther() throws Exception {
      open(Intensity.of(4));   // twice for the batch, once for each
      var source = source(100);
      var sink = start(taster(20, 70));
      var subscription = fill(sink, source, Demand.max(100).min(0), 100);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(100, 20, 70));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event).containsExactly(20, 70);
      assertThat(lettersOfTheScope()).extracting(DeadLetter::attempts).containsExactly(3, 3);
      assertLedger(subscription.snapshot(), 98, 2, 0);
      log.takeRestarts(4);
    }

    @Test
    void f07_areNumberedForTheHandler() throws Exception {
      var source = source(100);
      BlockingQueue<Long> counts = new LinkedBlockingQueue<>();
      var sink = start(
          taster(20, 21, 70).withDeadLetters(letter -> counts.add(letter.count())).subscribeTo(source, Demand.max(10)));
      Await.end(sink);
      scope().close();
      assertThat(counts).containsExactly(1L, 2L, 3L);
      assertThat(sink.snapshot().eventsDeadLettered()).isEqualTo(3);
      log.take();
    }

    @ParameterizedTest(name = "demand {0}/{1}")
    @CsvSource({"1, 0", "2, 1", "10, 5", "1000, 500"})
    void f08_inAStormTakeNoInnocentWithThem(int max, int min) throws Exception {
      open(Intensity.of(10_000));
      var source = source(1000);
      Integer[] poison = IntStream.range(0, 100).mapToObj(i -> i * 10 + i % 7).toArray(Integer[]::new);
      var sink = start(taster(poison));
      Subscription subscription =
          sink.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(new Demand(max, min, false)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(1000, poison));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event).containsExactly((Object[]) poison);
      assertLedger(subscription.snapshot(), 900, 100, 0);
      log.take();
    }

    @Test
    void s12_moreOfThemThanTheIntensityFailTheScope() {
      Supervisor scope = open(Intensity.of(3));
      theScopeMayFail();
      var source = source(100);
      var sink = start(taster(20, 70));
      fill(sink, source, Demand.max(100).min(0), 100);
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasCauseInstanceOf(Poisoned.class);
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event).containsExactly(20);
      log.takeRestartsAndGivingUp(3);
    }
  }

  @Nested
  class ManualDemand {
    /** Asks for one event in each onSubscribe, and for as many as it has been given in each turn. */
    private final class ByHand implements Stage.Consumer<Integer> {
      @Override
      public void onSubscribe(Inlet<Integer> to) {
        to.request(1);
      }

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        from.request(events.size());
        if (events.contains(7)) throw new Poisoned(7);
        handled.addAll(events);
      }
    }

    @Test
    void f07_asksInEachIncarnationAndStillFindsThePoison() throws Exception {
      open(Intensity.of(3));
      var source = source(20);
      var sink = start(Stage.consumer("sink", ByHand::new).withDeadLetters(letter -> letters.add(letter)));
      Subscription subscription = sink.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(Demand.manual()));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(20, 7));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event).containsExactly(7);
      assertLedger(subscription.snapshot(), 19, 1, 0);
      log.takeRestarts(3);
    }

    @Test
    void whatATurnThatCrashedHadAskedForCountsForNothing() throws Exception {
      var source = source(1000);
      int[] turns = {0};   // the stage's thread only
      class Greedy implements Stage.Consumer<Integer> {
        @Override
        public void onSubscribe(Inlet<Integer> to) {
          if (to.outstanding() == 0) to.request(5);
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          if (turns[0]++ == 0) {
            from.request(100);
            throw new Poisoned(events.getFirst());
          }
          handled.addAll(events);
        }
      }
      var sink = start(Stage.consumer("sink", Greedy::new));
      Subscription subscription = sink.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(Demand.manual()));
      assertThat(Await.next(5, handled, source, sink)).isEqualTo(upToWithout(5));
      Await.answered(sink);
      assertThat(subscription.snapshot().requested()).isEqualTo(5);
      log.takeRestarts(1);
    }
  }

  @Nested
  class AProducerConsumer {
    @ParameterizedTest(name = "downstream demand {0}/{1}")
    @CsvSource({"1, 0", "2, 1", "10, 5", "1000, 500"})
    void f07_doublesNoneOfItsOutputs(int max, int min) throws Exception {
      open(Intensity.of(100));
      var source = source(200);
      var middle = start(Stage.producerConsumer("middle", source, Integer.class, () -> (events, from, out) -> {
        for (int event : events) {
          out.emit(event);
          if (event == 50 || event == 120) throw new Poisoned(event);
          out.emit(-event);
        }
      }).withDeadLetters(letter -> letters.add(letter)).withDemand(Demand.max(20)));
      var sink = start(Stage.consumer("sink", middle, Taster::new).withDemand(new Demand(max, min, false)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      List<Integer> expected =
          upToWithout(200, 50, 120).stream().flatMap(event -> List.of(event, -event).stream()).toList();
      assertThat(handled).containsExactlyElementsOf(expected);
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event).containsExactly(50, 120);
      log.take();
    }

    @Test
    void f07_countsTheTriesOfAnEventWhoseBatchComesInPiecesTheSecondTime() throws Exception {
      open(Intensity.of(3));   // a fourth crash would be one redelivery too many
      var source = source(10);
      var taken = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      var middle = start(Stage.producerConsumer("middle", Integer.class, Integer.class, () -> (events, from, out) -> {
        batches.add(events);
        taken.countDown();
        go.await();
        for (int event : events) {
          if (event == 7) throw new Poisoned(event);
          out.emit(event);
        }
      }).withDeadLetters(letter -> letters.add(letter)));
      middle.pause();
      Subscription in = middle.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(Demand.max(10).min(0)));
      class Frugal implements Stage.Consumer<Integer> {
        private Inlet<Integer> inlet;

        @Override
        public void onSubscribe(Inlet<Integer> to) {
          inlet = to;
          to.request(10);
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          handled.addAll(events);
        }
      }
      var sink = start(Stage.consumer("sink", Frugal::new));
      Subscription out = sink.subscribeTo(SubscriptionSpec.<Integer>to(middle).withDemand(Demand.manual()));
      Await.until(() -> in.snapshot().sent() == 10 && out.snapshot().requested() == 10, "all is sent and asked for",
          source, middle);
      middle.resume();
      Await.open(taken, middle);
      // leaves a demand of 5 for the second life
      middle.castEmit((stage, outlet) -> outlet.emitAll(List.of(-1, -2, -3, -4, -5)));
      go.countDown();
      Await.until(() -> in.snapshot().handled() == 5, "the first half is handled", middle);
      sink.cast(stage -> stage.inlet.request(10));
      assertThat(Await.next(14, handled, middle, sink)).containsExactly(-1, -2, -3, -4, -5, 0, 1, 2, 3, 4, 5, 6, 8, 9);
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event, DeadLetter::attempts).containsExactly(tuple(7, 3));
      assertThat(batches).startsWith(upToWithout(10), upToWithout(5)).filteredOn(batch -> batch.contains(7)).hasSize(3);
      log.takeRestarts(3);
    }
  }

  @Nested
  class CommitsWithinTheTurn {
    @Test
    void f07_leaveOnlyTheRestToBeDeliveredAgain() throws Exception {
      open(Intensity.of(3));
      var source = source(20);
      var sink = start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
        batches.add(events);
        from.commit(0);
        for (int event : events) {
          if (event == 7) throw new Poisoned(event);
          handled.add(event);
          from.commit(1);
        }
      }).withDeadLetters(letter -> letters.add(letter)));
      var subscription = fill(sink, source, Demand.max(20).min(0), 20);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).as("exactly once").containsExactlyElementsOf(upToWithout(20, 7));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event, DeadLetter::attempts).containsExactly(tuple(7, 3));
      assertLedger(subscription.snapshot(), 19, 1, 0);
      log.takeRestarts(3);
    }
  }

  @Nested
  class TheDeadLetterHandler {
    @Test
    void f11_mayThrowAndThePipelineGoesOn() throws Exception {
      var source = source(100);
      var failure = new IllegalStateException("no post today");
      var sink = start(taster(20, 70).withDeadLetters(letter -> {
        throw failure;
      }).subscribeTo(source, Demand.max(10)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(upToWithout(100, 20, 70));
      assertThat(sink.snapshot().eventsDeadLettered()).isEqualTo(2);
      scope().close();
      List<LogRecord> reports = log.take().stream().filter(line -> line.getThrown() == failure).toList();
      assertThat(reports).hasSize(2).extracting(LogRecord::getMessage)
          .containsExactly(
              "the dead-letter handler of stage test/sink threw on dead letter 1; it is counted as unhandled",
              "the dead-letter handler of stage test/sink threw on dead letter 2; it is counted as unhandled");
      assertThat(scope().snapshot().deadLettersUnhandled()).isEqualTo(2);
    }

    @Test
    void f27_isByDefaultALogLineThatDoesNotShowTheEvent() throws Exception {
      var source = source(10);
      var sink = start(taster(7).withDeadLetters(DeadLetterHandler.LOG).subscribeTo(source, Demand.max(1)));
      Await.end(sink);
      scope().close();
      assertThat(log.take()).extracting(LogRecord::getMessage).hasSize(4)
          .filteredOn(line -> line.startsWith("dead letter 1 of test/sink")).hasSize(1);
    }

    @Test
    void runsOnAnotherThreadThanTheStage() throws Exception {
      var source = source(10);
      BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
      var sink = start(taster(7).withDeadLetters(letter -> threads.add(Thread.currentThread())));
      Thread own = sink.call(stage -> Thread.currentThread());
      sink.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(Demand.max(1)));
      Await.end(sink);
      scope().close();
      assertThat(threads).hasSize(1).doesNotContain(own);
      log.takeRestarts(3);
    }

    @Test
    void isGivenTheEventAfterItWasSettled() throws Exception {
      var source = source(10);
      BlockingQueue<SubscriptionSnapshot> seen = new LinkedBlockingQueue<>();
      Subscription[] subscription = {null};
      var sink = start(taster(0).withDeadLetters(letter -> seen.add(subscription[0].snapshot())));
      sink.pause();
      subscription[0] = sink.subscribeTo(SubscriptionSpec.<Integer>to(source).withDemand(Demand.max(10)));
      sink.resume();
      assertThat(Await.next(seen, sink).deadLettered()).isEqualTo(1);
      Await.end(sink);
      log.takeRestarts(3);
    }
  }

  @Nested
  class SeveralSubscriptions {
    @Test
    void f07_aPoisonOnOneDoesNotTouchTheOther() throws Exception {
      open(Intensity.of(3));
      var clean = start(Stage.producer("clean", () -> new Source(new Lives(), new PlannedCrashes(), 500)));
      var dirty = start(Stage.producer("dirty", Integer.class, () -> (demand, out) -> {
        for (int i = 1; i <= 100; i++) out.emit(-i);
        out.complete();
      }));
      var sink = start(taster(-50));
      sink.pause();   // until it has both
      Subscription one = sink.subscribeTo(SubscriptionSpec.<Integer>to(clean).withDemand(Demand.max(10)));
      Subscription two = sink.subscribeTo(SubscriptionSpec.<Integer>to(dirty).withDemand(Demand.max(1000)));
      sink.resume();
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertLedger(one.snapshot(), 500, 0, 0);
      assertLedger(two.snapshot(), 99, 1, 0);
      assertThat(handled).filteredOn(event -> event >= 0).containsExactlyElementsOf(upToWithout(500));
      assertThat(lettersOfTheScope()).extracting(DeadLetter::event).containsExactly(-50);
      log.takeRestarts(3);
    }
  }
}
