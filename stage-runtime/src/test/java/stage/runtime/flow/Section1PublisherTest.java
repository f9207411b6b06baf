package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Dispatcher;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.api.SubscriptionRefusedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;

/** What a publisher must do. Every {@link Recorder} checks rules 1.1, 1.3, 1.7 and 1.9 by itself, in each test. */
class Section1PublisherTest extends FlowTest {
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_01_noMoreEventsThanRequested(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.endless(this).publisher());
    var random = new Random(11);
    int got = 0;
    while (got < 1000) {
      int more = 1 + random.nextInt(7);
      recorder.request(more);
      assertThat(recorder.await(more)).isEqualTo(range(got, got + more));
      assertThat(recorder.rest()).isEmpty();
      got += more;
    }
  }

  /**
   * Each producer is asked for what is wanted, because nobody knows which will have it; what comes of both is not to be
   * more than that.
   */
  @Test
  void rule1_01_alsoOfTwoProducersTogether() throws Exception {
    var first = Outward.PRODUCER.endless(this).root();
    var second = Outward.PRODUCER.endless(this).root();
    Recorder recorder = recorder();
    noted(scope.start(Stage.toSubscriber("to-subscriber", recorder).subscribeTo(first).subscribeTo(second)));
    recorder.awaitSubscribed();
    for (int i = 0; i < 200; i++) {
      recorder.request(3);
      recorder.await(3);
    }
    assertThat(recorder.rest()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_02_mayCompleteWithLessThanRequested(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.open(this, 3).publisher());
    recorder.request(10);
    assertThat(recorder.await(3)).isEqualTo(upTo(3));
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_03_signalsComeOneAtATime(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.open(this, 4000).publisher());
    List<Thread> askers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      askers.add(Thread.ofVirtual().start(() -> {
        for (int n = 0; n < 1000; n++) recorder.request(1);
      }));
    }
    assertThat(recorder.await(4000)).isEqualTo(upTo(4000));
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
    for (Thread asker : askers) asker.join();
    assertThat(recorder.threads.stream().distinct()).as("all on the thread of the bridge").hasSize(1);
  }

  /**
   * The stage's thread is abandoned in the midst of a signal, and whoever takes its place must not signal beside it.
   */
  @Test
  void rule1_03_whoDoesNotReturnFromASignalGetsNoOther() throws Exception {
    var goOn = new CountDownLatch(1);
    Recorder recorder = recorder();
    recorder.onNextDo(subscription -> awaitWhateverComes(goOn));
    try (Supervisor impatient = Supervisor.open(SupervisorSpec.of("impatient").withGrace(Duration.ofMillis(20)))) {
      var numbers = impatient.start(Stage.ofIterable("numbers", upTo(10)));
      var stage = impatient.start(Stage.toSubscriber("to-subscriber", recorder).subscribeTo(numbers));
      recorder.awaitSubscribed().request(10);
      recorder.await(1);
      stage.kill();
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
      goOn.countDown();
    }
    assertThat(recorder.rest()).isEmpty();
    assertThat(recorder.ends).isEmpty();
    assertThat(log.take()).isNotEmpty().allMatch(record -> record.getMessage().contains("to-subscriber"));
  }

  /** As above, but no incarnation follows: the thread that takes the place of the first tells of the end. */
  @Test
  void rule1_03_norIsItToldOfTheEndMeanwhile() throws Exception {
    var goOn = new CountDownLatch(1);
    Recorder recorder = recorder();
    recorder.onNextDo(subscription -> awaitWhateverComes(goOn));
    try (Supervisor impatient = Supervisor.open(SupervisorSpec.of("impatient").withGrace(Duration.ofMillis(20)))) {
      var numbers = impatient.start(Stage.ofIterable("numbers", upTo(10)));
      var stage = impatient.start(
          Stage.toSubscriber("to-subscriber", recorder).withRestart(Restart.TEMPORARY).subscribeTo(numbers));
      recorder.awaitSubscribed().request(10);
      recorder.await(1);
      stage.kill();
      assertThat(Await.end(stage)).isInstanceOf(StopReason.Crashed.class);
      assertThat(recorder.ends).isEmpty();
      goOn.countDown();
    }
    assertThat(recorder.rest()).isEmpty();
    assertThat(log.take()).isNotEmpty().allMatch(record -> record.getMessage().contains("to-subscriber"));
  }

  private static void awaitWhateverComes(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        assertThat(latch.getCount()).as("nobody else interrupts").isPositive();
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_04_aFailureIsSignalledAsAnError(Outward bridge) throws Exception {
    theScopeMayFail();
    Outward.Source source = bridge.endless(this);
    Recorder recorder = recorder(source.publisher());
    recorder.request(3);
    recorder.await(3);
    source.fail();
    assertThat(recorder.awaitEnd()).isInstanceOf(ForGood.class);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_05_aGoodEndIsSignalledAfterTheLastEvent(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.open(this, 100).publisher());
    recorder.request(99);
    assertThat(recorder.await(99)).isEqualTo(upTo(99));
    assertThat(recorder.ends).isEmpty();
    recorder.request(1);
    assertThat(recorder.await(1)).containsExactly(99);
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @ParameterizedTest(name = "{0}")
  // they have more events in hand
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"CRASHING_PRODUCER_CONSUMER", "PROCESSOR"})
  void rule1_05_aGoodEndIsSignalledAlsoWithoutARequest(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    Recorder recorder = recorder(source.publisher());
    recorder.request(2);
    recorder.await(2);
    source.complete();
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @Test
  void rule1_05_alsoOfAStageThatHasNoEvents() throws Exception {
    assertThat(recorder(Outward.GENERATOR.open(this, 0).publisher()).awaitEnd()).isEqualTo("completed");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_06_theSubscriptionIsOverAfterTheEnd(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.open(this, 1).publisher());
    recorder.request(1);
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
    recorder.request(1);
    recorder.request(-1);
    recorder.cancel();
    close();
    assertThat(recorder.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_07_nothingComesAfterTheEnd(Outward bridge) throws Exception {
    theScopeMayFail();
    boolean failsAlone = bridge == Outward.PRODUCER || bridge == Outward.CRASHING_PRODUCER
        || bridge == Outward.BROADCASTER || bridge == Outward.GENERATOR;
    for (int round = 0; round < 60; round++) {
      Outward.Source source = bridge.endless(this);
      Recorder recorder = recorder(source.publisher());
      recorder.request(Long.MAX_VALUE);
      var go = new CountDownLatch(1);
      var completing = new Await.Other<>(() -> {
        go.await();
        source.complete();
        return null;
      });
      boolean fails = failsAlone ? round % 2 == 0 : round == 59;
      var other = new Await.Other<>(() -> {
        go.await();
        if (fails) failUnlessEnded(source);
        else recorder.cancel();
        return null;
      });
      recorder.await(1);
      go.countDown();
      completing.result();
      other.result();
      if (fails) recorder.awaitEnd();
      assertThat(recorder.ends.size()).isLessThanOrEqualTo(1);   // the recorder notices what comes later
    }
  }

  private static void failUnlessEnded(Outward.Source source) throws InterruptedException {
    try {
      source.fail();
    } catch (stage.api.StageEndedException completed) {
      assertThat(source.root().isAlive()).isFalse();
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_08_afterACancelSignalsStop(Outward bridge) throws Exception {
    Recorder recorder = recorder();
    recorder.onNextDo(subscription -> {
      if (recorder.received() == 5) recorder.cancelFromWithin();
    });
    Outward.Source source = bridge.endless(this);
    source.publisher().subscribe(recorder);
    recorder.awaitSubscribed().request(Long.MAX_VALUE);
    assertThat(recorder.await(5)).isEqualTo(upTo(5));
    source.complete();
    close();
    assertThat(recorder.rest()).isEmpty();
    assertThat(recorder.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONSUMER_STAGE")   // that one cannot be started any more
  void rule1_08_whoCancelsWithinOnSubscribeIsNotToldThatAllIsOver(Outward bridge) throws Exception {
    Outward.Source source = bridge.open(this, 1);
    Recorder first = recorder(source.publisher());
    first.request(1);
    first.awaitEnd();
    Recorder late = recorder();
    late.onSubscribeDo(subscription -> late.cancelFromWithin());
    source.publisher().subscribe(late);
    late.awaitSubscribed();
    close();
    assertThat(late.ends).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_09_onSubscribeComesFirst(Outward bridge) throws Exception {
    Recorder recorder = recorder(bridge.open(this, 1).publisher());
    assertThat(recorder.subscription()).isNotNull();
    recorder.request(1);
    assertThat(recorder.await(1)).isEqualTo(upTo(1));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void rule1_09_nullIsRejected(Outward bridge) {
    Outward.Source source = bridge.endless(this);
    assertThatThrownBy(() -> source.publisher().subscribe(null)).isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONSUMER_STAGE")   // there the caller starts a stage
  void rule1_09_theCallerMayBeInterrupted(Outward bridge) throws Exception {
    Outward.Source source = bridge.open(this, 3);
    Recorder recorder = recorder();
    assertThat(Await.result(() -> {
      Thread.currentThread().interrupt();
      source.publisher().subscribe(recorder);
      return Thread.currentThread().isInterrupted();
    })).isTrue();
    recorder.awaitSubscribed().request(3);
    assertThat(recorder.await(3)).isEqualTo(upTo(3));
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONSUMER_STAGE")   // that one cannot be started any more
  void rule1_09_afterTheEndASubscriberIsTold(Outward bridge) throws Exception {
    Outward.Source source = bridge.open(this, 1);
    Recorder first = recorder(source.publisher());
    first.request(1);
    first.awaitEnd();
    assertThat(recorder(source.publisher()).awaitEnd()).isEqualTo("completed");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"PRODUCER", "GENERATOR", "BROADCASTER"})
  void rule1_09_afterAFailureASubscriberIsTold(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    Recorder first = recorder(source.publisher());
    source.fail();
    first.awaitEnd();
    assertThat(recorder(source.publisher()).awaitEnd()).isInstanceOf(ForGood.class);
  }

  @Test
  void rule1_09_whoCannotSubscribeIsTold() throws Exception {
    ProducerSpec<Integer, Stage.Producer<Integer>> spec = Stage.producer("parts", () -> (demand, out) -> {});
    var parts = scope.start(spec.withDispatcher(
        Dispatcher.partition(java.util.List.of("even", "odd"), event -> event % 2 == 0 ? "even" : "odd")));
    assertThat(recorder(parts).awaitEnd()).isInstanceOf(SubscriptionRefusedException.class);
  }

  @Test
  void rule1_09_afterAStopASubscriberIsTold() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    source.root().stop();
    Await.end(source.root());
    assertThat(recorder(source.publisher()).awaitEnd()).isInstanceOf(StageEndedException.class);
  }

  @ParameterizedTest(name = "in {0}")
  @ValueSource(strings = {"onSubscribe", "onComplete"})
  void rule1_09_subscribeReturnsThoughWhoIsRejectedThrows(String where) throws Exception {
    Outward.Source source = Outward.GENERATOR.open(this, 0);
    Await.end(source.root());
    Recorder recorder = recorder();
    Recorder.Reaction crash = subscription -> {
      throw new OnPurpose("a subscriber throws in " + where);
    };
    if (where.equals("onSubscribe")) recorder.onSubscribeDo(crash);
    else recorder.atTheEndDo(crash);
    source.publisher().subscribe(recorder);
    recorder.awaitSubscribed();
    assertThat(recorder.ends).hasSize(where.equals("onSubscribe") ? 0 : 1);
    assertThat(log.take()).singleElement()
        .satisfies(record -> assertThat(record.getThrown()).isInstanceOf(OnPurpose.class));
  }

  @Test
  void rule1_09_afterTheScopeIsClosedASubscriberIsTold() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    close();
    assertThat(recorder(source.publisher()).awaitEnd()).isNotNull();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONSUMER_STAGE")   // makes a stage of it each time
  void rule1_10_toSubscribeTwiceIsAnError(Outward bridge) throws Exception {
    Recorder recorder = noted(new Recorder() {
      @Override
      public boolean equals(Object other) {
        throw new UnsupportedOperationException("no code of a user's is run to tell subscribers from each other");
      }

      @Override
      public int hashCode() {
        throw new UnsupportedOperationException("no code of a user's is run to tell subscribers from each other");
      }
    });
    Outward.Source source = bridge.endless(this);
    source.publisher().subscribe(recorder);
    recorder.awaitSubscribed();
    source.publisher().subscribe(recorder);
    assertThat(recorder.awaitEnd()).isInstanceOf(IllegalStateException.class).asString().contains("1.10");
  }

  /** It is not the same subscription any more, so the end of the first must not touch the second. */
  @Test
  void rule1_10_whoHasCancelledMayComeAgain() throws Exception {
    BlockingQueue<Object> got = new LinkedBlockingQueue<>();
    Flow.Subscriber<Integer> again = new Flow.Subscriber<>() {
      private Flow.Subscription subscription;

      @Override
      public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
      }

      @Override
      public void onNext(Integer event) {
        subscription.cancel();
        got.add(event);
      }

      @Override
      public void onError(Throwable failure) {
        got.add(failure);
      }

      @Override
      public void onComplete() {
        got.add("completed");
      }
    };
    Outward.Source source = Outward.PRODUCER.endless(this);
    for (int i = 0; i < 200; i++) {
      source.publisher().subscribe(again);
      assertThat(Await.next(got, source.root())).isEqualTo(i);
    }
  }

  /**
   * To be told of the end is to be subscribed no more (1.6), so it is not the same subscription, and must not be passed
   * over.
   */
  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONSUMER_STAGE")   // makes a stage of it each time
  void rule1_10_whoIsBeingToldOfTheEndMayComeAgain(Outward bridge) throws Exception {
    Outward.Source source = bridge.endless(this);
    var subscriptions = new LinkedBlockingQueue<Flow.Subscription>();
    source.publisher().subscribe(new Flow.Subscriber<Integer>() {
      @Override
      public void onSubscribe(Flow.Subscription given) {
        subscriptions.add(given);
      }

      @Override
      public void onNext(Integer event) {}

      @Override
      public void onError(Throwable failure) {
        if (failure instanceof IllegalArgumentException) source.publisher().subscribe(this);
      }

      @Override
      public void onComplete() {}
    });
    Await.next(subscriptions, source.root()).request(-1);
    Await.next(subscriptions, source.root()).cancel();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BROADCASTER")
  void rule1_11_severalSubscribersShareTheEvents(Outward bridge) throws Exception {
    Outward.Source source = bridge.open(this, 300);
    List<Recorder> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) all.add(recorder(source.publisher()));
    for (Recorder each : all) each.request(300);
    List<Integer> got = new ArrayList<>();
    for (Recorder each : all) {
      assertThat(each.awaitEnd()).isEqualTo("completed");
      List<Integer> own = each.rest();
      assertThat(own).isSorted();
      got.addAll(own);
    }
    assertThat(got).containsExactlyInAnyOrderElementsOf(upTo(300));
  }

  @Test
  void rule1_11_inABroadcastEachGetsAllAtThePaceOfTheSlowest() throws Exception {
    Outward.Source source = Outward.BROADCASTER.open(this, 300);
    Recorder slow = recorder(source.publisher());
    Recorder fast = recorder(source.publisher());
    fast.request(300);
    slow.request(10);
    assertThat(fast.await(10)).isEqualTo(upTo(10));
    assertThat(fast.rest()).isEmpty();
    slow.request(290);
    assertThat(slow.await(300)).isEqualTo(upTo(300));
    assertThat(fast.await(290)).isEqualTo(range(10, 300));
    assertThat(slow.awaitEnd()).isEqualTo("completed");
    assertThat(fast.awaitEnd()).isEqualTo("completed");
  }
}
