package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.CancelPolicy;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.behaviour.support.Await;

/** What a subscription must do. */
class Section3SubscriptionTest extends FlowTest {
  private static final int MANY = 20_000;

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_01_requestAndCancelMayBeCalledOnAnyThread(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    Await.result(() -> {
      recorder.request(3);
      return null;
    });
    assertThat(recorder.await(3)).isEqualTo(upTo(3));
    Await.result(() -> {
      recorder.cancel();
      return null;
    });
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_02_requestFromWithinOnSubscribeAndOnNext(Outward bridge) throws Exception {
    Recorder recorder = recorder();
    recorder.onSubscribeDo(subscription -> recorder.request(1)).onNextDo(subscription -> recorder.request(1));
    bridge.open(this, 100).publisher().subscribe(recorder);
    assertThat(recorder.await(100)).isEqualTo(upTo(100));
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_03_requestInEachOnNextDoesNotRecur(Outward bridge) throws Exception {
    Recorder recorder = recorder();
    // the recorder notices an event within another
    recorder.onSubscribeDo(subscription -> recorder.request(1)).onNextDo(subscription -> recorder.request(1));
    bridge.open(this, MANY).publisher().subscribe(recorder);
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
    assertThat(recorder.rest()).hasSize(MANY);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_04_requestReturnsWhileASignalBlocks(Outward bridge) throws Exception {
    var goOn = new CountDownLatch(1);
    Recorder recorder = recorder();
    recorder.onNextDo(subscription -> goOn.await());
    bridge.open(this, 1001).publisher().subscribe(recorder);
    recorder.awaitSubscribed().request(1);
    recorder.await(1);
    Await.result(() -> {
      for (int i = 0; i < 1000; i++) recorder.request(1);
      return null;
    });
    goOn.countDown();
    assertThat(recorder.await(1000)).isEqualTo(range(1, 1001));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_05_cancelReturnsWhileASignalBlocks(Outward bridge) throws Exception {
    var goOn = new CountDownLatch(1);
    Recorder recorder = recorder();
    recorder.onNextDo(subscription -> goOn.await());
    bridge.endless(this).publisher().subscribe(recorder);
    recorder.awaitSubscribed().request(100);
    recorder.await(1);
    List<Await.Other<?>> cancels = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      cancels.add(new Await.Other<>(() -> {
        recorder.cancel();
        return null;
      }));
    }
    for (Await.Other<?> cancel : cancels) cancel.result();
    goOn.countDown();
    close();
    assertThat(recorder.rest()).isEmpty();
    assertThat(recorder.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_06_requestAfterACancelDoesNothing(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    Recorder recorder = recorder(source.publisher());
    recorder.cancel();
    for (long count : new long[] {1, 0, -1, Long.MAX_VALUE}) recorder.request(count);
    close();
    assertThat(recorder.rest()).isEmpty();
    assertThat(recorder.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_07_cancelAfterACancelDoesNothing(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    Recorder recorder = recorder(source.publisher());
    for (int i = 0; i < 3; i++) recorder.cancel();
    close();
    assertThat(recorder.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_08_requestsAddUp(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    recorder.request(2);
    recorder.request(3);
    assertThat(recorder.await(5)).isEqualTo(upTo(5));
    recorder.request(1);
    assertThat(recorder.await(1)).containsExactly(5);
    assertThat(recorder.rest()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_09_requestOfZeroSignalsIllegalArgument(Outward bridge) throws Exception {
    signalsIllegalArgument(bridge, 0);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_09_requestOfLessThanZeroSignalsIllegalArgument(Outward bridge) throws Exception {
    signalsIllegalArgument(bridge, Long.MIN_VALUE);
  }

  private void signalsIllegalArgument(Outward bridge, long count) throws InterruptedException {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    recorder.request(count);
    assertThat(recorder.awaitEnd()).isInstanceOf(IllegalArgumentException.class).asString()
        .contains("3.9").contains("non-positive subscription request").contains(String.valueOf(count));
    recorder.request(5);
    close();
    assertThat(recorder.rest()).isEmpty();
  }

  /** RxJava#5274: the error of a bad request was signalled beside an event. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_09_theErrorComesInTurn(Outward bridge) throws Exception {
    for (int round = 0; round < 20; round++) {
      Recorder recorder = recorder(bridge.endless(this).publisher());
      recorder.request(Long.MAX_VALUE);
      recorder.await(10);
      recorder.request(-1);
      assertThat(recorder.awaitEnd()).isInstanceOf(IllegalArgumentException.class);   // the recorder notices an overlap
    }
  }

  /** A publisher that answers within {@code request}, as it may; of so many events. */
  private static void answersWithinRequest(Hand hand, int count) {
    var next = new AtomicInteger();
    Hand.Asked asked = hand.asked();
    asked.onRequest = () -> {
      while (next.get() < Math.min(count, asked.requested.get())) hand.subscriber().onNext(next.getAndIncrement());
      if (next.compareAndSet(count, count + 1)) hand.complete();
    };
  }

  /**
   * Subscribes a stage to a publisher that is to answer within {@code request}; the demand comes when that has been set
   * up.
   */
  private Inward.Drain drainOf(Inward bridge, Hand hand) throws InterruptedException {
    Inward.Drain drain = bridge.open(this, hand, Demand.manual());
    Await.answered(drain.bridged());
    return drain;
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"CONSUMER", "CRASHING_CONSUMER", "PRODUCER_STAGE"})
  void rule3_10_eventsMayComeWithinRequest(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = drainOf(bridge, hand);
    answersWithinRequest(hand, 1000);
    for (int i = 0; i < 100; i++) {
      drain.consumer().cast(behaviour -> behaviour.inlet().request(10));
      assertThat(drain.await(10)).isEqualTo(range(i * 10, i * 10 + 10));
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"CONSUMER", "CRASHING_CONSUMER", "PRODUCER_STAGE"})
  void rule3_11_theEndMayComeWithinRequest(Inward bridge) throws Exception {
    Hand hand = hand();
    Inward.Drain drain = drainOf(bridge, hand);
    answersWithinRequest(hand, 3);
    drain.consumer().cast(behaviour -> behaviour.inlet().request(10));
    assertThat(drain.await(3)).isEqualTo(upTo(3));
    assertThat(drain.awaitEnd()).isEqualTo(new stage.api.StopReason.Completed());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_12_cancelStopsSignalsSometime(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    Recorder recorder = recorder(source.publisher());
    recorder.request(Long.MAX_VALUE);
    recorder.await(100);
    recorder.cancel();
    Thread last = recorder.threads.peek();
    Await.until(() -> !last.isAlive(), "the thread of the bridge ends", source.root());
    assertThat(recorder.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_13_afterACancelTheSubscriberIsForgotten(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    assertIsForgotten(subscribed(source, recorder -> {
      recorder.request(3);
      recorder.await(3);
      recorder.cancel();
    }));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_13_afterACancelFromWithinTheSubscriberIsForgotten(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    assertIsForgotten(subscribed(source, recorder -> {
      recorder.onNextDo(subscription -> subscription.cancel());
      recorder.request(3);
      recorder.await(1);
    }));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_13_afterTheEndTheSubscriberIsForgotten(Outward bridge) throws Exception {
    Outward.Source source = bridge.open(this, 3);
    assertIsForgotten(subscribed(source, recorder -> {
      recorder.request(3);
      recorder.awaitEnd();
    }));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_13_afterAFailureTheSubscriberIsForgotten(Outward bridge) throws Exception {
    theScopeMayFail();
    Outward.Source source = bridge.endless(this);
    assertIsForgotten(subscribed(source, recorder -> {
      source.fail();
      recorder.awaitEnd();
    }));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_13_afterAnErrorOfItsOwnTheSubscriberIsForgotten(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    assertIsForgotten(subscribed(source, recorder -> {
      recorder.request(0);
      recorder.awaitEnd();
    }));
  }

  @Test
  void rule3_13_whoWasRefusedIsForgotten() throws Exception {
    Outward.Source source = Outward.GENERATOR.open(this, 0);
    Await.end(source.root());
    assertIsForgotten(subscribed(source, Recorder::awaitEnd));
  }

  @FunctionalInterface
  private interface Use {
    void of(Recorder recorder) throws Exception;
  }

  /**
   * Subscribes somebody that this method alone refers to, and uses it. On a thread of its own, whose stack is gone
   * then.
   */
  private static WeakReference<Recorder> subscribed(Outward.Source source, Use use) throws InterruptedException {
    return Await.result(() -> {
      var recorder = new Recorder();
      source.publisher().subscribe(recorder);
      use.of(recorder.awaitSubscribed());
      return new WeakReference<>(recorder);
    });
  }

  private static void assertIsForgotten(WeakReference<Recorder> subscriber) {
    Await.collected(subscriber, "the subscriber");
  }

  /** A stage of a subscriber may have one producer after the other, for as long as the scope lives. */
  @Test
  void aStageOfASubscriberForgetsItsFormerProducers() throws Exception {
    Recorder recorder = recorder();
    var stage = noted(scope.start(Stage.toSubscriber("to-subscriber", recorder)));
    WeakReference<?> former = Await.result(() -> {
      var producer = scope.start(Stage.generator("former", Integer.class, () -> out -> out.emit(1)));
      stage.subscribeTo(SubscriptionSpec.to(producer).withCancelPolicy(CancelPolicy.TEMPORARY));
      recorder.awaitSubscribed().request(1);
      recorder.await(1);
      Await.end(producer);
      Await.until(() -> stage.snapshot().inputs().isEmpty(), "the subscription is over", stage);
      scope.deleteChild("former");
      return new WeakReference<>(producer);
    });
    stage.subscribeTo(
        SubscriptionSpec.to(Outward.PRODUCER.endless(this).root()).withCancelPolicy(CancelPolicy.TEMPORARY));
    recorder.request(1);
    recorder.await(1);
    // until then the scope knows the last one's thread
    Await.end(scope.start(Stage.generator("next-to-end", Integer.class, () -> out -> {})));
    Await.collected(former, "the former producer");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROCESSOR")   // that one ends its input with its last subscriber
  void rule3_14_aCancelDoesNotEndThePublisher(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    Recorder first = recorder(source.publisher());
    first.request(3);
    first.await(3);
    first.cancel();
    Recorder second = recorder(source.publisher());
    second.request(3);
    assertThat(second.await(3)).isSorted();
    assertThat(source.root().isAlive()).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_15_cancelReturnsNormallyAlsoWhenAllIsOver(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    close();
    recorder.cancel();
    recorder.cancel();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_16_requestReturnsNormallyAlsoWhenAllIsOver(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    close();
    recorder.request(1);
    recorder.request(-1);
  }

  @Test
  void rule3_16_requestReturnsNormallyWhenTheAnswerCrashes() throws Exception {
    var crashing = scope.start(Stage.producer("crashing", Integer.class, () -> (demand, out) -> {
      throw new ForGood();
    }));
    Recorder recorder = recorder(crashing);
    recorder.request(1);
    assertThat(recorder.awaitEnd()).isInstanceOf(ForGood.class);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule3_17_requestsMayAddUpBeyondTheLargestNumber(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    recorder.request(Long.MAX_VALUE - 1);
    recorder.request(Long.MAX_VALUE - 1);
    recorder.request(1);
    assertThat(recorder.await(5000)).isEqualTo(upTo(5000));
    recorder.request(Long.MAX_VALUE);
    recorder.await(5000);
    assertThat(recorder.ends).isEmpty();
    recorder.cancel();
  }

  @ParameterizedTest(name = "a demand of {0}")
  @ValueSource(ints = {1, 2, 1000})
  void rule3_17_alsoWhereTheBridgeAsksForFew(int max) throws Exception {
    var source = Outward.PRODUCER.open(this, 3000);
    Recorder recorder = recorder();
    subscribe(source.root(), recorder, max);
    recorder.awaitSubscribed().request(Long.MAX_VALUE);
    assertThat(recorder.await(3000)).isEqualTo(upTo(3000));
  }

  @Test
  void rule3_17_alsoWhereTwoConsumersWantAllThereIs() throws Exception {
    var source = Outward.PRODUCER.open(this, 3000).root();
    source.pause();
    var from = noted(scope.start(Stage.fromPublisher("from-publisher", source)));
    var handled = new LinkedBlockingQueue<Integer>();
    for (String name : List.of("one", "other")) {
      noted(scope.start(Stage.consumer(name, from, () -> new Stage.Consumer<>() {
        @Override
        public void onSubscribe(Inlet<Integer> to) {
          to.request(Long.MAX_VALUE);
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> inlet) {
          handled.addAll(events);
        }
      }).withDemand(Demand.manual())));
    }
    Await.until(() -> from.snapshot().outputs().stream().filter(output -> output.outstanding() > 0).count() == 2,
        "both have asked", from);
    source.resume();
    assertThat(Await.next(3000, handled, from)).containsExactlyInAnyOrderElementsOf(upTo(3000));
    assertThat(Await.end(from)).isEqualTo(new StopReason.Completed());
  }

  private static <O> void subscribe(stage.api.ProducerRef<Integer, O> producer, Recorder recorder, int max) {
    producer.subscribe(recorder, stage.api.SubscriptionSpec.to(producer).withDemand(Demand.max(max)));
  }
}
