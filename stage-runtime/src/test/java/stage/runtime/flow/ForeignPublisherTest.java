package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;

/** Publishers of others, behind a stage: their failure is its crash. */
class ForeignPublisherTest extends FlowTest {
  @Nested
  class ThatFails {
    @Test
    void isSubscribedToAgain() throws Exception {
      Hand hand = hand();
      Inward.Drain drain = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, hand, Demand.max(10));
      hand.send(0, 5);
      hand.fail(new OnPurpose("the publisher fails"));
      Await.until(() -> hand.subscribers.size() == 2, "it is subscribed to again", drain.bridged());
      hand.send(5, 20).complete();
      assertThat(drain.await(25)).isEqualTo(upTo(25));
      assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
      assertThat(hand.subscribers.stream().distinct()).as("a subscriber per incarnation").hasSize(2);
    }

    @Test
    void isLeftAloneForTheBackoff() throws Exception {
      BlockingQueue<Long> subscribed = new LinkedBlockingQueue<>();
      try (Supervisor patient = Supervisor.open(SupervisorSpec.of("patient").withIntensity(Intensity.of(9))
          .withBackoff(Backoff.exponential(Duration.ofMillis(60), Duration.ofMillis(60))))) {
        noted(patient.start(Stage.fromPublisher("flaky", (Flow.Publisher<Integer>) subscriber -> {
          subscribed.add(System.nanoTime());
          Hand hand = hand();
          hand.subscribe(subscriber);
          if (subscribed.size() < 3) hand.fail(new OnPurpose("the publisher fails"));
          else hand.complete();
        })));
        patient.join();
      }
      List<Long> times = List.copyOf(subscribed);
      assertThat(times).hasSize(3);
      // at least: jitter may take some of it away
      assertThat(times.get(1) - times.get(0)).isGreaterThan(Duration.ofMillis(20).toNanos());
    }

    @Test
    void endsItsStageWhenItIsGivenUp() throws Exception {
      theScopeMayFail();
      Hand hand = hand();
      Inward.Drain drain = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, hand, Demand.max(10));
      hand.awaitRequested(1).fail(new ForGood());
      assertThat(drain.awaitEnd()).isInstanceOf(StopReason.ProducerFailed.class);
      assertThat(Await.end(drain.bridged())).isInstanceOf(StopReason.Crashed.class);
    }

    @Test
    void withAnErrorThatIsNoExceptionCrashesTheStageWithThat() throws Exception {
      Hand hand = hand();
      Inward.Drain drain = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, hand, Demand.max(10));
      hand.awaitRequested(1).fail(new StackOverflowError("on purpose"));
      Await.until(() -> hand.subscribers.size() == 2, "it is subscribed to again", drain.bridged());
    }

    @Test
    void toSubscribeIsAFailedStart() {
      Flow.Publisher<Integer> broken = subscriber -> {
        throw new OnPurpose("subscribe throws");
      };
      assertThat(
          org.assertj.core.api.Assertions.catchThrowable(() -> scope.start(Stage.fromPublisher("broken", broken))))
          .hasStackTraceContaining("subscribe throws");
    }
  }

  /** More was requested than is wanted by now, because one of two consumers has left. */
  @Nested
  class WhoseEventsCannotBeSharedOut {
    /** A publisher sends each event once, so a turn that was undone must not have lost what it had emitted. */
    @Test
    void keepsThemUntilTheyCan() throws Exception {
      Hand hand = hand();
      var failures = new AtomicInteger();
      DispatchRule rule = (events, subscriptions, shares) -> {
        if (events > 0 && failures.getAndIncrement() < 1) throw new OnPurpose("sharing out");
        shares[0] = events;
      };
      var producer = noted(scope.start(
          Stage.<Integer>fromPublisher("from-publisher", hand).withDispatcher(Dispatcher.shared(rule))));
      var sink = new Inward.Sink();
      var consumer =
          noted(scope.start(sink.spec(ForeignPublisherTest.this).subscribeTo(producer, Demand.max(10))));
      hand.awaitRequested(1).subscriber().onNext(0);
      Await.until(() -> hand.subscribers.size() == 2, "it is subscribed to again", producer);
      hand.send(1, 5).complete();
      assertThat(Await.next(6, sink.handled, producer, consumer)).isEqualTo(upTo(6));
    }
  }

  @Nested
  class ThatEndsWithEventsThatNobodyWantsYet {
    private final Hand hand = hand();
    private final Inward.Sink sink = new Inward.Sink().holding();
    private stage.api.ProducerRef<Integer, ?> producer;
    private stage.api.ConsumerRef<Integer, ?> stays;

    @BeforeEach
    void sendTenToOneThatWantsFive() throws Exception {
      producer = noted(scope.start(Stage.fromPublisher("from-publisher", hand)));
      var leaves =
          noted(scope.start(Stage.consumer("leaves", producer, () -> (events, from) -> {}).withDemand(Demand.max(5))));
      stays = noted(scope.start(sink.spec(ForeignPublisherTest.this).subscribeTo(producer, Demand.max(5))));
      hand.awaitRequested(10);
      leaves.stop();
      Await.end(leaves);
      Await.until(() -> producer.snapshot().outputs().size() == 1, "it has left", producer);
      hand.send(0, 10);
      Await.next(sink.entered, stays);
      Await.answered(producer);
    }

    @Test
    void completesAfterThem() throws Exception {
      hand.complete();
      Await.answered(producer);
      sink.release();
      assertThat(Await.next(10, sink.handled, producer, stays)).isEqualTo(upTo(10));
      assertThat(Await.end(stays)).isEqualTo(new StopReason.Completed());
    }

    @Test
    void failsAfterThem() throws Exception {
      hand.fail(new OnPurpose("the publisher fails"));
      Await.until(() -> hand.subscribers.size() == 2, "it is subscribed to again", producer);
      sink.release();
      assertThat(Await.next(10, sink.handled, producer, stays)).isEqualTo(upTo(10));
      hand.send(10, 5).complete();
      assertThat(Await.next(5, sink.handled, producer, stays)).isEqualTo(range(10, 15));
    }
  }

  @Nested
  class InADrain {
    @ParameterizedTest(name = "to a {0}")
    @EnumSource(names = {"CONSUMER", "PRODUCER_STAGE", "PROCESSOR"})
    void isCancelledAndWhatItHadSentIsHandled(Inward bridge) throws Exception {
      Hand hand = hand();
      Inward.Drain drain = bridge.open(ForeignPublisherTest.this, hand, Demand.max(10));
      hand.awaitRequested(3);
      drain.bridged().pause();
      drain.consumer().pause();
      hand.send(0, 3);
      assertThat(scope.drain(Duration.ofSeconds(60)).eventsUndelivered()).isZero();
      assertThat(drain.await(3)).isEqualTo(upTo(3));
      assertThat(hand.asked().cancels).hasValue(1);
    }
  }

  @Nested
  class ThatBreaksARule {
    @Test
    void byThrowingFromRequestCountsAsFailed() throws Exception {
      Hand hand = hand();
      Inward.Drain drain = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, hand, Demand.max(4));
      hand.awaitRequested(4);
      Hand.Asked first = hand.asked();
      // what comes after request has thrown belongs to a subscription that has ended
      var isSent = new CompletableFuture<Void>();
      first.onRequest = () -> {
        isSent.join();
        throw new OnPurpose("request throws");
      };
      var subscriber = hand.subscriber();
      for (int i = 0; i < 4; i++) subscriber.onNext(i);
      isSent.complete(null);
      Await.until(() -> hand.subscribers.size() == 2, "it is subscribed to again", drain.bridged());
      assertThat(drain.await(4)).as("what had come").isEqualTo(upTo(4));
      assertThat(first.cancels).hasValue(1);
      assertThat(log.take()).anyMatch(record -> String.valueOf(record.getThrown()).contains("3.16"));
    }

    @Test
    void bySendingWithoutARequestCountsAsFailed() throws Exception {
      Hand hand = hand();
      Inward.Drain drain = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, hand, Demand.max(3));
      hand.send(0, 3);
      drain.await(3);
      Await.answered(drain.bridged());
      Hand.Asked first = hand.asked();
      Flow.Subscriber<? super Integer> subscriber = hand.subscriber();   // not the next one, which has broken no rule
      // far more than are requested
      for (int i = 0; i < 10_000 && hand.subscribers.size() == 1; i++) subscriber.onNext(3 + i);
      Await.until(() -> hand.subscribers.size() == 2, "it is subscribed to again", drain.bridged());
      assertThat(first.cancels).as("what was left is cancelled (2.6)").hasValue(1);
      assertThat(log.take()).anyMatch(record -> String.valueOf(record.getThrown()).contains("1.1"));
    }
  }

  @Nested
  class OfTheJdk {
    @ParameterizedTest(name = "with a buffer of {0}")
    @ValueSource(ints = {1, 16, 256})
    void isASubmissionPublisher(int buffer) throws Exception {
      var publisher = new SubmissionPublisher<Integer>(ForkJoinPool.commonPool(), buffer);
      Inward.Drain consumer = Inward.CONSUMER.open(ForeignPublisherTest.this, publisher, Demand.max(10));
      Inward.Drain producer = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, publisher, Demand.max(1));
      Inward.Drain processor = Inward.PROCESSOR.open(ForeignPublisherTest.this, publisher, Demand.max(3));
      Await.result(() -> {
        for (int i = 0; i < 5000; i++) publisher.submit(i);   // blocks while the slowest of the three is behind
        return null;
      });
      publisher.close();
      for (Inward.Drain drain : List.of(consumer, producer, processor)) {
        assertThat(drain.await(5000)).isEqualTo(upTo(5000));
        assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
      }
    }

    @Test
    void isASubmissionPublisherThatClosesExceptionally() throws Exception {
      var round = new AtomicInteger();
      Flow.Publisher<Integer> flaky = subscriber -> {
        var once = new SubmissionPublisher<Integer>();
        once.subscribe(subscriber);
        once.submit(round.get());
        if (round.getAndIncrement() < 3) once.closeExceptionally(new OnPurpose("it closes"));
        else once.close();
      };
      Inward.Drain drain = Inward.PRODUCER_STAGE.open(ForeignPublisherTest.this, flaky, Demand.max(10));
      assertThat(drain.awaitEnd()).isEqualTo(new StopReason.Completed());
      assertThat(drain.sink().handled).endsWith(3);   // what it had not sent when it was closed so, it forgets
    }

    @Test
    void isGivenBackWhatItSent() throws Exception {
      Outward.Source source = Outward.PRODUCER.open(ForeignPublisherTest.this, 3000);
      var there = new SubmissionPublisher<Integer>(ForkJoinPool.commonPool(), 8);
      Inward.Drain drain = Inward.CONSUMER.open(ForeignPublisherTest.this, there, Demand.max(4));
      Recorder between = recorder();
      between.onSubscribeDo(subscription -> between.request(1)).onNextDo(subscription -> between.request(1))
          .atTheEndDo(subscription -> there.close());
      Recorder forwarding = between;
      source.publisher().subscribe(new Flow.Subscriber<Integer>() {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
          forwarding.onSubscribe(subscription);
        }

        @Override
        public void onNext(Integer event) {
          there.submit(event);
          forwarding.onNext(event);
        }

        @Override
        public void onError(Throwable failure) {
          forwarding.onError(failure);
        }

        @Override
        public void onComplete() {
          forwarding.onComplete();
        }
      });
      assertThat(drain.await(3000)).isEqualTo(upTo(3000));
    }
  }
}
