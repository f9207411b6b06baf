package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.behaviour.support.Await;

/** What a subscriber must do. Every {@link Hand} checks rules 2.3, 2.4, 2.7 and 3.9 by itself, in each test. */
class Section2SubscriberTest extends FlowTest {
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_01_demandIsSignalledByRequests(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10).min(5));
    hand.awaitRequested(10).send(0, 1000);
    assertThat(drain.await(1000)).isEqualTo(upTo(1000));
    hand.awaitRequested(1000);
  }

  /** Exact back-pressure: at no time more is asked for than the stage's demand. */
  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"CONSUMER", "PRODUCER_STAGE"})
  void rule2_01_noMoreThanTheDemandIsRequested(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Sink sink = new Inward.Sink().holding();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10).min(5), sink);
    hand.awaitRequested(10).send(0, 10);
    Await.next(sink.entered, drain.consumer());   // it is in the midst of its first event, so nothing is handled
    if (bridge == Inward.PRODUCER_STAGE) Await.answered(drain.bridged());
    assertThat(hand.asked().requested).hasValue(10);
    sink.release();
    assertThat(drain.await(10)).isEqualTo(upTo(10));
    hand.awaitRequested(15);
    assertThat(hand.asked().requested.get()).isLessThanOrEqualTo(20);
  }

  @Test
  void rule2_01_theSubscriberMayBeMadeByAnInterruptedThread() throws Exception {
    Hand hand = hand();
    Inward.Sink sink = new Inward.Sink();
    var consumer = noted(scope.start(sink.spec(this)));
    hand.subscribe(Await.result(() -> {
      Thread.currentThread().interrupt();
      return consumer.asSubscriber(Demand.max(10));
    }));
    hand.awaitRequested(10).send(0, 3);
    assertThat(Await.next(3, sink.handled, consumer)).isEqualTo(upTo(3));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_02_signalsReturnWhileTheStageIsBusy(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Sink sink = new Inward.Sink().holding();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(100), sink);
    hand.awaitRequested(100);
    Await.result(() -> hand.send(0, 100));
    assertThat(Await.next(sink.entered, drain.consumer())).isEqualTo(0);
    assertThat(sink.handled).isEmpty();
    hand.complete();
    sink.release();
    assertThat(drain.await(100)).isEqualTo(upTo(100));
    assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_03_and_04_nothingIsCalledInOrAfterOnComplete(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(2));
    hand.send(0, 20).complete();
    assertThat(drain.await(20)).isEqualTo(upTo(20));
    drain.awaitEnd();
    hand.isOver();
    close();
    assertThat(hand.asked().cancels).hasValue(0);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_03_and_04_nothingIsCalledInOrAfterOnError(Inward bridge) throws Exception {
    theScopeMayFail();
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(2));
    hand.send(0, 20);
    // before the error, with which a processor does not wait for anybody (4.2)
    assertThat(drain.await(20)).isEqualTo(upTo(20));
    hand.fail(new ForGood());
    assertThat(drain.awaitEnd()).isInstanceOf(StopReason.ProducerFailed.class);
    hand.isOver();
    close();
    assertThat(hand.asked().cancels).hasValue(0);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_05_aSecondSubscriptionIsCancelled(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(1);
    var second = new Hand.Asked(hand.violations);
    hand.subscriber().onSubscribe(second);
    assertThat(second.cancels).hasValue(1);
    hand.send(0, 30);   // the first one is still asked
    assertThat(drain.await(30)).isEqualTo(upTo(30));
    assertThat(second.requests).hasValue(0);
    assertThat(hand.asked().cancels).hasValue(0);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_05_ofTwoAtTheSameTimeOneIsCancelled(Inward bridge) throws Exception {
    for (int round = 0; round < 50; round++) {
      BlockingQueue<Flow.Subscriber<? super Integer>> given = new LinkedBlockingQueue<>();
      bridge.open(this, given::add, Demand.max(10));
      Flow.Subscriber<? super Integer> subscriber = given.remove();
      Hand hand = hand();
      List<Hand.Asked> both = List.of(new Hand.Asked(hand.violations), new Hand.Asked(hand.violations));
      var go = new CountDownLatch(1);
      List<Await.Other<?>> others = new ArrayList<>();
      for (Hand.Asked each : both) {
        others.add(new Await.Other<>(() -> {
          go.await();
          subscriber.onSubscribe(each);
          return null;
        }));
      }
      go.countDown();
      for (Await.Other<?> other : others) other.result();
      Await.until(() -> both.stream().anyMatch(each -> each.requests.get() > 0), "one is asked");
      assertThat(both.stream().filter(each -> each.cancels.get() == 1)).hasSize(1);
      assertThat(both.stream().filter(each -> each.requests.get() > 0)).hasSize(1);
    }
  }

  /** Against rule 3.15, and no reason to throw into a publisher that has done nothing wrong itself. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_05_aSecondSubscriptionMayThrowFromCancel(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(1);
    hand.subscriber().onSubscribe(new Flow.Subscription() {
      @Override
      public void request(long events) {}

      @Override
      public void cancel() {
        throw new OnPurpose("cancel throws");
      }
    });
    hand.send(0, 3);
    assertThat(drain.await(3)).isEqualTo(upTo(3));
    assertThat(log.take()).anyMatch(record -> record.getMessage().contains("3.15"));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_06_aStageThatStopsCancels(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(10);
    drain.bridged().stop();
    hand.awaitCancel();
    close();
    assertThat(hand.asked().cancels).hasValue(1);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_06_aStageThatIsGivenUpCancels(Inward bridge) throws Exception {
    theScopeMayFail();
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(10);
    drain.bridged().cast(behaviour -> {
      throw new ForGood();
    });
    hand.awaitCancel();
    close();
    assertThat(hand.asked().cancels).hasValue(1);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_06_aScopeThatIsClosedCancels(Inward bridge) throws Exception {
    Hand hand = hand();
    bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(10);
    close();
    assertThat(hand.asked().cancels).hasValue(1);
  }

  @Test
  void rule2_06_aConsumerThatCancelsItsSubscriptionCancels() throws Exception {
    Hand hand = hand();
    Inward.Drain drain = Inward.CONSUMER.open(this, hand, Demand.max(10));
    hand.awaitRequested(10);
    drain.consumer().cast(behaviour -> behaviour.inlet().cancel());
    hand.awaitCancel();
    assertThat(hand.asked().cancels).hasValue(1);
  }

  @Test
  void rule2_06_aConsumerThatIsRestartedDoesNotCancel() throws Exception {
    Hand hand = hand();
    Inward.Drain drain = Inward.CRASHING_CONSUMER.open(this, hand, Demand.max(10));
    hand.send(0, 30);
    assertThat(drain.await(30)).isEqualTo(upTo(30));
    assertThat(hand.asked().cancels).hasValue(0);
    assertThat(hand.subscribers).hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_07_callsComeOneAtATime(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(4).min(3));
    hand.send(0, 500);
    drain.bridged().stop();
    hand.awaitCancel();
    assertThat(hand.asked().threads.stream().distinct()).as("all on one thread").hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_08_eventsMayComeAfterACancel(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(10);
    drain.bridged().stop();
    hand.awaitCancel();
    drain.awaitEnd();
    for (int i = 0; i < 5; i++) hand.subscriber().onNext(i);
    hand.subscriber().onComplete();
    assertThat(scope.snapshot().eventsDropped()).isEqualTo(5);
    close();
    assertThat(drain.sink().handled).isEmpty();
  }

  @Test
  void rule2_08_eventsThatComeAfterTheEndAreCounted() throws Exception {
    Hand hand = hand();
    Inward.Drain drain = Inward.CONSUMER.open(this, hand, Demand.max(10));
    hand.awaitRequested(10);
    hand.complete();
    assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
    for (int i = 0; i < 5; i++) hand.subscriber().onNext(i);   // against rule 1.7
    assertThat(drain.sink().handled).isEmpty();
    assertThat(scope.snapshot().eventsDropped()).isEqualTo(5);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_09_theEndMayComeWithoutARequest(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.manual());
    hand.complete();
    assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_10_anErrorMayComeWithoutARequest(Inward bridge) throws Exception {
    theScopeMayFail();
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.manual());
    hand.fail(new ForGood());
    assertThat(drain.awaitEnd()).isInstanceOfSatisfying(StopReason.ProducerFailed.class,
        failed -> assertThat(failed.cause()).isInstanceOf(ForGood.class));
  }

  /**
   * What a publisher has written before a signal, with no more than plain fields, is seen where the event is handled.
   */
  @ParameterizedTest(name = "asked for {0} at a time")
  @ValueSource(ints = {1, 2, 64})
  void rule2_11_signalsHappenBeforeTheyAreHandled(int max) throws Exception {
    var seen = new LinkedBlockingQueue<Long>();
    var consumer =
        noted(scope.start(Stage.consumer("reader", long[].class, () -> (List<long[]> events, Inlet<long[]> from) -> {
      for (long[] event : events) seen.add(event[0]);
    })));
    Flow.Subscriber<long[]> subscriber = consumer.asSubscriber(Demand.max(max));
    Hand.Asked asked = new Hand.Asked(hand().violations);
    subscriber.onSubscribe(asked);
    for (int i = 0; i < 2000; i++) {
      long sent = i + 1L;
      Await.until(() -> asked.requested.get() >= sent, "it is requested");
      long number = i;
      Thread.ofVirtual().start(() -> {   // each on another thread, one after the other
        var event = new long[1];
        event[0] = number;
        subscriber.onNext(event);
      }).join();
    }
    for (long i = 0; i < 2000; i++) assertThat(Await.next(seen, consumer)).isEqualTo(i);
  }

  @Test
  void rule2_12_onSubscribeComesOnceAlsoIfTheStageIsRestarted() throws Exception {
    Recorder recorder = recorder();
    var source = Outward.PRODUCER.endless(this);
    var stage = noted(scope.start(Stage.toSubscriber("to-subscriber", recorder).subscribeTo(source.root())));
    recorder.awaitSubscribed().request(3);
    recorder.await(3);
    stage.cast(behaviour -> {
      throw new OnPurpose("in between");
    });
    recorder.request(3);
    assertThat(recorder.await(3)).containsExactly(3, 4, 5);   // the recorder notices a second onSubscribe
  }

  @Test
  void rule2_12_aStageOfASubscriberStartsOnce() throws Exception {
    Recorder recorder = recorder();
    var source = Outward.PRODUCER.endless(this);
    var spec = Stage.toSubscriber("to-subscriber", recorder);
    noted(scope.start(spec.subscribeTo(source.root())));
    assertThatThrownBy(
        () -> scope.start(new stage.api.ConsumerSpec<>("again", spec.factory(), spec.subscriptions(), spec.options())))
        .hasStackTraceContaining("2.12");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule2_13_nullIsRejected(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
    hand.awaitRequested(1);
    Flow.Subscriber<? super Integer> subscriber = hand.subscriber();
    assertThatThrownBy(() -> subscriber.onSubscribe(null)).isInstanceOf(NullPointerException.class)
        .hasMessageContaining("2.13");
    assertThatThrownBy(() -> subscriber.onNext(null)).isInstanceOf(NullPointerException.class)
        .hasMessageContaining("2.13");
    assertThatThrownBy(() -> subscriber.onError(null)).isInstanceOf(NullPointerException.class)
        .hasMessageContaining("2.13");
    hand.send(0, 3);
    assertThat(drain.await(3)).isEqualTo(upTo(3));
  }

  /** Of three subscribers one throws; the other two get everything else. */
  @ParameterizedTest(name = "in {0}")
  @ValueSource(strings = {"onSubscribe", "onNext", "onComplete"})
  void rule2_13_whoThrowsCountsAsCancelledAndHurtsNobody(String where) throws Exception {
    var source = Outward.BROADCASTER.open(this, 100);
    Recorder thrower = recorder();
    Recorder.Reaction crash = subscription -> {
      throw new OnPurpose("a subscriber throws in " + where);
    };
    switch (where) {
      case "onSubscribe" -> thrower.onSubscribeDo(crash);
      case "onNext" -> thrower.onNextDo(crash);
      default -> thrower.atTheEndDo(crash);
    }
    Recorder first = recorder(source.publisher());
    source.publisher().subscribe(thrower);
    thrower.awaitSubscribed();
    Recorder third = recorder(source.publisher());
    for (Recorder each : List.of(first, thrower, third)) each.request(100);
    for (Recorder each : List.of(first, third)) {
      assertThat(each.await(100)).isEqualTo(upTo(100));
      assertThat(each.awaitEnd()).isEqualTo("completed");
    }
    if (where.equals("onNext")) {
      // at its own pace: the others may have come to their end by now
      assertThat(thrower.await(1)).containsExactly(0);
      close();
      assertThat(thrower.rest()).isEmpty();
      assertThat(thrower.ends).isEmpty();
    }
  }

  @Test
  void rule2_13_whoThrowsInOnErrorHurtsNobody() throws Exception {
    var source = Outward.BROADCASTER.endless(this);
    Recorder thrower = recorder();
    thrower.atTheEndDo(subscription -> {
      throw new OnPurpose("a subscriber throws in onError");
    });
    source.publisher().subscribe(thrower);
    Recorder other = recorder(source.publisher());
    source.fail();
    assertThat(thrower.awaitEnd()).isInstanceOf(ForGood.class);
    assertThat(other.awaitEnd()).isInstanceOf(ForGood.class);
  }
}
