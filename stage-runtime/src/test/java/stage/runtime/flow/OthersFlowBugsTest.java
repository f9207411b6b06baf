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
import stage.api.Demand;
import stage.api.Stage;
import stage.api.StopReason;
import stage.behaviour.support.Await;

/** What publishers and subscribers of others got wrong, each by its report. */
class OthersFlowBugsTest extends FlowTest {
  private static final int ROUNDS = 200;

  /** JDK-8187947: SubmissionPublisher missed a signal when a request came while its consumer task was about to end. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aRequestAtTheVeryEndOfARunIsNotMissed(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    for (int i = 0; i < 3000; i++) {
      recorder.request(1);   // the bridge has just found that there is nothing to do, and is about to park
      assertThat(recorder.await(1)).containsExactly(i);
    }
  }

  /**
   * stormpot#211 and methanol#88: a publisher that was closed meanwhile signalled the end while onSubscribe was still
   * running, or before.
   */
  @Test
  void theEndDoesNotOvertakeOnSubscribe() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Outward.Source source = Outward.PRODUCER.endless(this);
      Recorder recorder = recorder();
      var stopping = new Await.Other<>(() -> {
        source.complete();
        return null;
      });
      recorder.onSubscribeDo(subscription -> stopping.result());
      source.publisher().subscribe(recorder);
      // the recorder notices an end without, before or within onSubscribe
      assertThat(recorder.awaitEnd()).isNotNull();
    }
  }

  /** armeria#4298: a request of Long.MAX_VALUE after others made a publisher recur, one frame for each event. */
  @Test
  void manyEventsForManyRequestsNeedNoStack() throws Exception {
    Recorder recorder = recorder();
    recorder.onSubscribeDo(subscription -> recorder.request(1)).onNextDo(subscription -> recorder.request(1));
    Outward.PRODUCER.open(this, 1_000_000).publisher().subscribe(recorder);
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
    assertThat(recorder.received()).isEqualTo(1_000_000);
  }

  /** RxJava#5274: onError for a bad request came while an event was being signalled on another thread. */
  @Test
  void theErrorOfABadRequestWaitsForTheEventThatIsBeingSignalled() throws Exception {
    var goOn = new CountDownLatch(1);
    Recorder recorder = recorder();
    recorder.onNextDo(subscription -> goOn.await());
    Outward.PRODUCER.endless(this).publisher().subscribe(recorder);
    recorder.awaitSubscribed().request(10);
    recorder.await(1);
    recorder.request(-5);
    assertThat(recorder.ends).isEmpty();
    goOn.countDown();
    assertThat(recorder.awaitEnd()).isInstanceOf(IllegalArgumentException.class);
    assertThat(recorder.rest()).as("events after the refusal").isEmpty();
  }

  /**
   * RxJava#7687: a subscriber that threw left the counter of the drain loop above zero, and the publisher served nobody
   * any more.
   */
  @Test
  void aSubscriberThatThrowsDoesNotSilenceThePublisher() throws Exception {
    Outward.Source source = Outward.PRODUCER.endless(this);
    for (int round = 0; round < 20; round++) {
      Recorder thrower = recorder();
      thrower.onNextDo(subscription -> {
        throw new OnPurpose("the subscriber throws");
      });
      source.publisher().subscribe(thrower);
      thrower.awaitSubscribed().request(5);
      thrower.await(1);
      Recorder next = recorder(source.publisher());
      next.request(3);
      assertThat(next.await(3)).hasSize(3);
      next.cancel();
    }
  }

  /** aws-sdk-java-v2#3735: to look for events before looking for the end lost those that came in between. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void theEventsRightBeforeTheEndAreNotLost(Inward bridge) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Hand hand = hand();
      Inward.Drain drain = bridge.open(this, hand, Demand.max(10));
      hand.awaitRequested(3);
      for (int i = 0; i < 3; i++) hand.subscriber().onNext(i);
      hand.complete();
      assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
      assertThat(drain.sink().handled).containsExactly(0, 1, 2);
    }
  }

  /** The same where a stream is the reader. */
  @Test
  void theEventsRightBeforeTheEndAreNotLostByAStream() {
    for (int round = 0; round < ROUNDS; round++) {
      Outward.Source source = Outward.GENERATOR.open(this, 3);
      try (var all = source.root().stream(Demand.max(2))) {
        // it may have completed before, if nobody was there
        assertThat(all.toList()).isIn(List.of(0, 1, 2), List.of());
      } catch (stage.api.StageEndedException before) {
        throw new AssertionError("a stage that completes is no failure", before);
      }
    }
  }

  /** aws-sdk-java-v2#4460: a subscriber that was closed before onSubscribe left its publisher waiting forever. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void whoIsClosedBeforeOnSubscribeCancels(Inward bridge) throws Exception {
    BlockingQueue<Flow.Subscriber<? super Integer>> given = new LinkedBlockingQueue<>();
    Inward.Drain drain = bridge.open(this, given::add, Demand.max(10));
    drain.bridged().stop();
    Await.end(drain.bridged());
    Hand.Asked late = new Hand.Asked(hand().violations);
    given.remove().onSubscribe(late);
    Await.until(() -> late.cancels.get() == 1, "the late subscription is cancelled");
    assertThat(late.requests).hasValue(0);
  }

  /**
   * aws-sdk-java-v2#2877: a predicate that threw left the subscription open, and the publisher and its reader hanging.
   */
  @Test
  void aPredicateThatThrowsCancels() throws Exception {
    Outward.Source source = Outward.PRODUCER.endless(this);
    assertThatThrownBy(() -> source.root().stream(Demand.max(10)).filter(event -> {
      throw new OnPurpose("the predicate throws");
    }).findFirst()).isInstanceOf(OnPurpose.class);
    Await.until(() -> source.root().snapshot().outputs().stream().noneMatch(output -> output.isOpen()),
        "the subscription is cancelled", source.root());
  }

  /** reactor-core#415: of the events in flight some were lost when a publisher failed and was subscribed to again. */
  @Test
  void eventsInFlightSurviveTheFailureOfTheirPublisher() throws Exception {
    Hand hand = hand();
    Inward.Sink sink = new Inward.Sink().holding();
    Inward.Drain drain = Inward.PRODUCER_STAGE.open(this, hand, Demand.max(10), sink);
    hand.awaitRequested(10);
    int next = 0;
    List<Integer> sent = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      hand.awaitRequested(1);
      int count = (int) Math.min(1 + round % 4, hand.asked().requested.get());
      for (int i = 0; i < count; i++) {
        hand.subscriber().onNext(next);
        sent.add(next++);
      }
      int subscriptions = hand.subscribers.size();
      hand.fail(new OnPurpose("the publisher fails"));
      if (round == 1) sink.release();
      Await.until(() -> hand.subscribers.size() == subscriptions + 1, "it is subscribed to again", drain.bridged());
    }
    hand.complete();
    assertThat(drain.await(sent.size())).isEqualTo(sent);
    assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
  }

  /** gen_stage#44 and #133: a stage that dropped all it got never asked for more. */
  @Test
  void aStageThatDropsAllKeepsAsking() throws Exception {
    var dropping = noted(
        scope.start(Stage.producerConsumer("dropping", Integer.class, Integer.class, () -> (events, from, out) -> {
          for (Integer event : events) if (event == 999) out.emit(event);
        })));
    Flow.Processor<Integer, Integer> processor = dropping.asProcessor(Demand.max(2));
    Outward.PRODUCER.open(this, 1000).publisher().subscribe(processor);
    Recorder recorder = recorder(processor);
    recorder.request(1);
    assertThat(recorder.await(1)).containsExactly(999);
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }
}
