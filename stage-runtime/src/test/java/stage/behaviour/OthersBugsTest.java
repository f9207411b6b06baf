package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Once;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.WithDemands;

/**
 * Bugs that others had with demand and events, each as a scenario. Above it stands who reported it, and what went wrong
 * there.
 */
class OthersBugsTest extends CrashTest {
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  private static void emit(ProducerRef<Integer, Idle> producer, Integer... events) throws InterruptedException {
    producer.castEmit((idle, out) -> out.emitAll(List.of(events)));
  }

  private static <S extends Stage.Behaviour> ProducerSpec<Integer, S> broadcasting(ProducerSpec<Integer, S> spec) {
    return spec.withDispatcher(Dispatcher.broadcast());
  }

  @SuppressWarnings("unchecked")   // so that a lambda may throw anything
  private static <T extends Throwable> void fling(Throwable cause) throws T {
    throw (T) cause;
  }

  @Nested
  class DemandThatRunsDry {
    // gen_stage#44: a chain stopped after a few batches if a stage in its middle emitted fewer events than it took;
    // what it had swallowed was not asked for again. With ten chains below one producer it took the consumers tens of
    // milliseconds of sleep to hide it.
    @WithDemands
    void genStage44_doesNotInChainsThatSwallowMostOfTheirEvents(int max, int min) throws Exception {
      Demand demand = Demand.max(max).min(min);
      int limit = max < 10 ? 2000 : 50_000;
      var allThere = new CountDownLatch(1);
      ProducerRef<Integer, Numbers> source = start(Stage.producer("source", () -> new Numbers(limit)));
      source.cast(numbers -> allThere.await());
      List<ConsumerRef<Integer, QueueSink>> sinks = new ArrayList<>();
      for (int chain = 0; chain < 10; chain++) {
        var fewer = start(Stage.producerConsumer("fewer" + chain, source, Integer.class, () -> (events, from, out) -> {
          for (int event : events) if (event % 3 == 0) out.emit(event);
        }).withDemand(demand));
        var fewest = start(Stage.producerConsumer("fewest" + chain, fewer, Integer.class, () -> (events, from, out) -> {
          for (int event : events) if (event % 7 == 0) out.emit(event);
        }).withDemand(demand));
        sinks.add(start(Stage.consumer("sink" + chain, () -> new QueueSink(handled)).subscribeTo(fewest, demand)));
      }
      allThere.countDown();
      for (ConsumerRef<Integer, QueueSink> sink : sinks)
        assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled)
          .containsExactlyInAnyOrderElementsOf(upTo(limit).stream().filter(event -> event % 21 == 0).toList());
    }

    // gen_stage#133: with two consumers of a broadcast, of which one selected everything and one nothing, all stopped
    // after the first 1000 events: what a selector turned down used up its consumer's demand.
    @Test
    void genStage133_doesNotWhereASelectorTurnsEverythingDown() throws Exception {
      int limit = 10_000;
      var allThere = new CountDownLatch(1);
      ProducerRef<Integer, Numbers> source = start(broadcasting(Stage.producer("source", () -> new Numbers(limit))));
      source.cast(numbers -> allThere.await());
      var all = start(Stage.consumer("all", () -> new QueueSink(handled)));
      var none = start(Stage.consumer("none", () -> new QueueSink(handled)));
      all.subscribeTo(SubscriptionSpec.to(source).withSelector(event -> true));
      Subscription nothing = none.subscribeTo(SubscriptionSpec.to(source).withSelector(event -> false));
      allThere.countDown();
      assertThat(Await.end(all)).isEqualTo(new StopReason.Completed());
      assertThat(Await.end(none)).isEqualTo(new StopReason.Completed());
      assertThat(List.copyOf(handled)).isEqualTo(upTo(limit));
      assertThat(nothing.snapshot().sent()).isZero();
      assertThat(nothing.snapshot().outstanding()).as("as much as it asked for at first").isEqualTo(1000);
    }

    // aws-sdk-java-v2#2877: what a filter's or a consumer's function threw was caught nowhere, and the future of the
    // whole stream never completed. Its fix caught RuntimeException only, so that with a checked exception thrown by
    // stealth it still hung (#4205 there).
    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, IOException.class, AssertionError.class})
    void awsSdk2877_doesNotWhereAFunctionOfTheUsersThrows(Class<? extends Throwable> type) throws Exception {
      Throwable thrown = type.getConstructor().newInstance();
      Supervisor scope = open(Intensity.none());
      var selected = start(broadcasting(Stage.producer("selected", () -> new Numbers(100)))
          .withDeadLetters(letter -> letters.add(letter)));
      start(Stage.consumer("bySelector", () -> new QueueSink(handled))
          .subscribeTo(SubscriptionSpec.to(selected).withSelector(event -> {
        if (event == 50) OthersBugsTest.<RuntimeException>fling(thrown);
        return true;
      })));
      Dispatcher<Integer> byKey = Dispatcher.partition(1, event -> {
        if (event == 150) OthersBugsTest.<RuntimeException>fling(thrown);
        return event;
      });
      var divided = start(Stage.producer("divided", () -> new Numbers(100, 200)).withDispatcher(byKey)
          .withDeadLetters(letter -> letters.add(letter)));
      start(Stage.consumer("byPartition", () -> new QueueSink(handled))
          .subscribeTo(SubscriptionSpec.to(divided).withPartition(0)));

      Await.until(() -> handled.size() == 198, "all but two are handled", selected, divided);
      assertThat(Await.next(2, letters)).allMatch(letter -> letter.cause() == thrown).extracting(DeadLetter::event)
          .containsExactlyInAnyOrder(50, 150);
      scope.join();   // all four have ended

      theScopeMayFail();
      var source = start(Stage.producer("source", () -> new Numbers(100)));
      start(Stage.consumer("throwing", source, () -> (events, from) -> fling(thrown)));
      assertThat(catchThrowableOfType(StageFailedException.class, scope::join).getCause()).isSameAs(thrown);
      log.take();
    }
  }

  @Nested
  class DemandThatIsCountedTwice {
    // gen_stage#318: consumer A of a broadcast asked for 1000, and the producer was asked for 1000. Then B subscribed
    // and asked for 1000, and the producer was asked for another 1000, although the first had not come and would have
    // served both. The excess had to be kept somewhere; pipelines got events in a wrong order, or stopped.
    @Test
    void genStage318_isNotByALaterConsumerOfABroadcast() throws Exception {
      var silent = new Idle();
      ProducerRef<Integer, Idle> producer = start(broadcasting(Stage.producer("producer", () -> silent)));
      BlockingQueue<Integer> other = new LinkedBlockingQueue<>();
      var a = start(Stage.consumer("a", () -> new QueueSink(handled)).subscribeTo(producer, Demand.max(10).min(0)));
      assertThat(Await.next(silent.demands, producer, a)).isEqualTo(10);
      var b = start(Stage.consumer("b", () -> new QueueSink(other)).subscribeTo(producer, Demand.max(10).min(0)));
      BlockingQueue<Long> demand = new LinkedBlockingQueue<>();
      producer.castEmit((stage, out) -> demand.add(out.demand()));
      assertThat(Await.next(demand, producer)).isEqualTo(10);
      assertThat(silent.demands).as("there was nothing new to ask for").isEmpty();
      producer.castEmit((stage, out) -> out.emitAll(upTo(10)));
      assertThat(Await.next(10, handled, a)).isEqualTo(upTo(10));
      assertThat(Await.next(10, other, b)).isEqualTo(upTo(10));
      assertThat(producer.snapshot().backlog()).isZero();
    }

    // The same report, where A has had its 1000 and is busy with them: what B wants cannot be served before A wants
    // more.
    @Test
    void genStage318_isNotWhereTheFirstConsumerIsBusy() throws Exception {
      ProducerRef<Integer, Numbers> producer = start(broadcasting(Stage.producer("producer", () -> new Numbers())));
      var held = new HeldConsumer<Integer>();
      var a = start(Stage.consumer("a", () -> held).subscribeTo(producer, Demand.max(10).min(0)));
      assertThat(Await.next(held.entered, a)).isEqualTo(upTo(10));
      var b = start(Stage.consumer("b", () -> new QueueSink(handled)).subscribeTo(producer, Demand.max(10).min(0)));
      Await.answered(producer);
      assertThat(producer.snapshot().eventsEmitted()).isEqualTo(10);
      assertThat(producer.snapshot().backlog()).isZero();
      held.release(1);
      assertThat(Await.next(held.entered, a)).first().isEqualTo(10);
      assertThat(Await.next(handled, b)).as("the first after it came").isEqualTo(10);
      held.letGo();
      producer.stop();
    }

    /** Keeps what comes from outside until someone wants it, and believes its outlet about that. */
    private static final class Pushed implements Stage.Producer<Integer> {
      private final Queue<Integer> waiting = new ArrayDeque<>();

      void push(int event, Outlet<Integer> out) {
        waiting.add(event);
        serve(out);
      }

      @Override
      public void onDemand(long demand, Outlet<Integer> out) {
        serve(out);
      }

      private void serve(Outlet<Integer> out) {
        while (out.demand() > 0 && !waiting.isEmpty()) out.emit(waiting.poll());
      }
    }

    // wabbit#20: a producer counted demand down on a copy of its counter, and when it reached zero the counter itself
    // stayed at one. The next message from the broker then went out although nobody wanted it, and was discarded with a
    // warning.
    @WithDemands
    void wabbit20_isNotWhenTheLastOfItIsUsedUp(int max, int min) throws Exception {
      int limit = 2000;
      ProducerRef<Integer, Pushed> producer =
          start(Stage.producer("producer", Pushed::new).withOverflow(Overflow.fail()));
      var sink =
          start(Stage.consumer("sink", () -> new QueueSink(handled)).subscribeTo(producer, Demand.max(max).min(min)));
      for (int i = 0; i < limit; i++) {
        int event = i;
        producer.castEmit((pushed, out) -> pushed.push(event, out));
      }
      assertThat(Await.next(limit, handled, producer, sink)).isEqualTo(upTo(limit));
      assertThat(producer.snapshot().incarnation()).as("it was never told of demand that there was not").isEqualTo(1);
      assertThat(producer.snapshot().eventsDropped()).isZero();
    }
  }

  @Nested
  class EventsThatWait {
    static Stream<Dispatcher<Integer>> dispatches() {
      return Stream.of(Dispatcher.demand(), Dispatcher.broadcast(), Dispatcher.partition(1, event -> event));
    }

    private static SubscriptionSpec<Integer> to(ProducerRef<Integer, Idle> producer, Dispatcher<Integer> dispatch) {
      SubscriptionSpec<Integer> spec = SubscriptionSpec.to(producer);
      return dispatch instanceof Dispatcher.Partition ? spec.withPartition(0) : spec;
    }

    // gen_stage#311 (open): what a producer emitted while there was no consumer waited in its buffer, and stayed there
    // when the consumer had come back: the demand it had asked for before it left counted as used, and only new events
    // would have moved the old ones.
    @ParameterizedTest
    @MethodSource("dispatches")
    void genStage311_forAConsumerGoToTheNextWithoutNewOnes(Dispatcher<Integer> dispatch) throws Exception {
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new).withDispatcher(dispatch));
      var consumer = start(Stage.consumer("consumer", () -> new QueueSink(handled)));
      for (int round = 0; round < 3; round++) {
        Subscription subscription = consumer.subscribeTo(to(producer, dispatch));
        if (round > 0) assertThat(Await.next(5, handled, producer, consumer)).containsExactly(1, 2, 3, 4, 5);
        emit(producer, 0);
        assertThat(Await.next(handled, producer, consumer)).isZero();
        subscription.cancel();
        Await.until(() -> producer.snapshot().outputs().isEmpty(), "the consumer has left", producer);
        emit(producer, 1, 2, 3, 4, 5);
        Await.answered(producer);
        assertThat(producer.snapshot().backlog()).isEqualTo(5);
        assertThat(handled).isEmpty();
      }
      consumer.subscribeTo(to(producer, dispatch));
      Await.next(5, handled, producer, consumer);
    }

    // aws-sdk-java-v2#3735: a reader looked whether the queue was empty, and then whether the stream was complete. In
    // between the writer had added its last element and completed, so the reader took the stream for finished and the
    // element was lost.
    @Test
    void awsSdk3735_areTakenBeforeTheirProducerCountsAsCompleted() throws Exception {
      open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC));
      Demand demand = Demand.max(1);
      for (int round = 0; round < 3000; round++) {
        int events = 1 + round % 3;
        ProducerRef<Integer, ?> source = round % 2 == 0
            ? scope().start(Stage.generator("source" + round, Integer.class, () -> out -> out.emitAll(upTo(events))))
            : scope().start(Stage.producer("source" + round, () -> new Numbers(events)));
        var sink =
            scope().start(Stage.consumer("sink" + round, () -> new QueueSink(handled)).subscribeTo(source, demand));
        assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
        List<Integer> got = new ArrayList<>();
        handled.drainTo(got);
        assertThat(got).as("round %d", round).isEqualTo(upTo(events));
      }
    }
  }

  @Nested
  class EventsInTheHandsOfOneThatCrashes {
    // gen_stage#202: the question what happens to the list that handle_events had in hand when it crashed. The answer
    // there: it is lost.
    @Test
    void genStage202_areDeliveredAgainAsTheyWere() throws Exception {
      open(Intensity.of(1));
      BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();
      var crash = new Once(new IOException("off"));
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new));
      var consumer = start(Stage.consumer("consumer", Integer.class, () -> (events, from) -> {
        batches.add(events);
        crash.crash();
      }));
      Subscription subscription = consumer.subscribeTo(producer, Demand.max(10).min(0));
      emit(producer, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      assertThat(Await.next(2, batches, consumer)).containsExactly(upTo(10), upTo(10));
      Await.answered(consumer);
      assertThat(subscription.snapshot().handled()).isEqualTo(10);
      log.takeRestarts(1);
    }

    /** Hands on what it gets, in batches of two, and dies of a negative event. */
    private static final class Processor implements Stage.ProducerConsumer<Integer, Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) throws IOException {
        for (int event : events) {
          if (event < 0) throw new IOException("kill");
          out.emit(event);
        }
      }
    }

    // Broadway's tests hold it to losing messages: of 1, 2, kill, 3, 4, 5 in batches of two, "only the messages in the
    // crashing processor are lost" - kill and the innocent 3 - and the batcher below is restarted with it. Here nothing
    // is lost, and nobody else restarted.
    @Test
    void broadway_areNotLostWithTheOneThatKillsTheirProcessor() throws Exception {
      open(Intensity.of(3));
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new));
      var processor =
          start(Stage.producerConsumer("processor", Processor::new).withDeadLetters(letter -> letters.add(letter))
          .subscribeTo(producer, Demand.max(2).min(0)));
      var batcher =
          start(Stage.consumer("batcher", () -> new QueueSink(handled)).subscribeTo(processor, Demand.max(2).min(0)));
      emit(producer, 1, 2, -1, 3, 4, 5);
      assertThat(Await.next(5, handled, producer, processor, batcher)).containsExactly(1, 2, 3, 4, 5);
      DeadLetter letter = Await.next(letters);
      assertThat(letter.event()).isEqualTo(-1);
      assertThat(letter.cause()).hasMessage("kill");
      assertThat(letters).isEmpty();
      assertThat(batcher.snapshot().incarnation()).isEqualTo(1);
      assertThat(producer.snapshot().incarnation()).isEqualTo(1);
      log.takeRestarts(3);
    }

    // The same of a batcher that crashes: "only the messages in the crashing batcher are lost".
    @Test
    void broadway_areNotLostWithTheirBatcher() throws Exception {
      open(Intensity.of(3));
      var crash = new Once(new IOException("off"));
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new));
      var processor =
          start(Stage.producerConsumer("processor", Processor::new).subscribeTo(producer, Demand.max(2).min(0)));
      var batcher = start(Stage.consumer("batcher", processor, () -> (events, from) -> {
        crash.crash();
        handled.addAll(events);
      }).withDemand(Demand.max(2).min(0)));
      emit(producer, 1, 2, 3, 4, 5, 6);
      assertThat(Await.next(6, handled, producer, processor, batcher)).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(processor.snapshot().incarnation()).isEqualTo(1);
      log.takeRestarts(1);
    }

    // reactor-core#415, with #418 after its fix: a subscriber that failed was subscribed again by retry() while others
    // went on pushing. First the event that came in between was lost; after the fix an event that had failed was sent
    // once more than it had come.
    @Test
    void reactor415_areNeitherLostNorDoubledWhileOthersPush() throws Exception {
      open(Intensity.of(1000));
      int limit = 2000;
      Set<Integer> failed = new HashSet<>();
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new));
      var consumer = start(Stage.consumer("consumer", producer, () -> (events, from) -> {
        for (int event : events) {
          if (event % 5 == 0 && failed.add(event)) throw new IOException("fails the first time");
          handled.add(event);
          from.commit(1);
        }
      }).withDemand(Demand.max(7)));
      for (int i = 0; i < limit; i++) producer.emit(i);
      assertThat(Await.next(limit, handled, producer, consumer)).isEqualTo(upTo(limit));
      producer.stop();
      assertThat(Await.end(consumer)).isEqualTo(new StopReason.Completed());
      assertThat(handled).as("more than came").isEmpty();
      log.takeRestarts(limit / 5);
    }
  }

  @Nested
  class AnExceptionOfAConsumer {
    // RxJava#7687: a consumer threw in the loop that drained a queue. The loop's counter of work to do, which was taken
    // down only at its end, stayed above zero forever; whoever added events later took that for a running loop, and
    // the stage was dead without a word.
    @ParameterizedTest
    @ValueSource(strings = {"restart", "resume"})
    void rxJava7687_leavesAStageThatStillHearsOfLaterEvents(String how) throws Exception {
      boolean resumes = how.equals("resume");
      Supervisor scope = open(SupervisorSpec.of("test").withIntensity(Intensity.of(100))
          .withDecisions(failure -> resumes ? Decision.RESUME : Decision.RESTART));
      Set<Integer> failed = new HashSet<>();
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new));
      var consumer = start(Stage.consumer("consumer", producer, () -> (events, from) -> {
        for (int event : events) if (failed.add(event)) throw new IOException("fails the first time");
        handled.addAll(events);
      }).withDeadLetters(letter -> letters.add(letter)));
      for (int event = 0; event < 20; event++) {
        Await.until(() -> consumer.snapshot().awaiting().equals("EVENTS"), "it has nothing to do, and waits", consumer);
        emit(producer, event);
        if (resumes) assertThat(Await.next(letters, consumer).event()).isEqualTo(event);
        else assertThat(Await.next(handled, consumer)).isEqualTo(event);
      }
      assertThat(scope.snapshot().crashes()).isEqualTo(20);
      assertThat(consumer.snapshot().incarnation()).isEqualTo(resumes ? 1 : 21);
      log.take();
    }

    // The same of what a function throws that someone else runs on the stage: it is that caller's, and the stage hears
    // of later events.
    @Test
    void rxJava7687_inACallLeavesAStageThatStillHearsOfLaterEvents() throws Exception {
      ProducerRef<Integer, Idle> producer = start(Stage.producer("producer", Idle::new));
      var consumer = start(Stage.consumer("consumer", () -> new QueueSink(handled)).subscribeTo(producer));
      for (int event = 0; event < 20; event++) {
        CallFailedException failed = catchThrowableOfType(CallFailedException.class, () -> consumer.call(sink -> {
          throw new IOException("the caller's");
        }));
        assertThat(failed.getCause()).hasMessage("the caller's");
        emit(producer, event);
        assertThat(Await.next(handled, consumer)).isEqualTo(event);
      }
    }
  }
}
