package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.CancelPolicy;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.api.ForeignThreadException;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class SubscriptionTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> others = new LinkedBlockingQueue<>();

  private static List<Integer> numbersTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  private static ConsumerRef<Integer, QueueSink> ended(ConsumerRef<Integer, QueueSink> sink)
      throws InterruptedException {
    Await.end(sink);
    return sink;
  }

  @Nested
  class AProducerThatHasAsManyAsItMay {
    @Test
    void sec14_refusesOneMoreOfWhateverKind() throws Exception {
      try (Supervisor few = Supervisor.open(SupervisorSpec.of("few").withMaxSubscribers(2))) {
        ProducerRef<Integer, ?> source = few.start(Stage.source("source", Integer.class));
        ConsumerRef<Integer, QueueSink> sink = few.start(Stage.consumer("sink", () -> new QueueSink(events)));
        Subscription first = sink.subscribeTo(source);
        sink.subscribeTo(source);
        var refusal = new CompletableFuture<Throwable>();

        assertThatThrownBy(() -> sink.subscribeTo(source)).isInstanceOf(SubscriptionRefusedException.class)
            .hasMessageContaining("few/sink").hasMessageContaining("few/source")
            .hasMessageEndingWith("it may have 2 subscribers at most (maxSubscribers) and has that many already;"
                + " SupervisorSpec.withMaxSubscribers(n) of its scope allows more");
        assertThatThrownBy(() -> few.start(Stage.consumer("late", source, () -> new QueueSink(events))))
            .hasMessageContaining("it may have 2 subscribers at most");
        source.subscribe(new Refused(refusal));
        assertThat(refusal.get(30, TimeUnit.SECONDS)).hasStackTraceContaining("it may have 2 subscribers at most");

        first.cancel();
        Await.until(() -> source.snapshot().outputs().size() == 1, "there is room again", source);
        sink.subscribeTo(source);
      }
      assertThat(SupervisorSpec.of("test").options().maxSubscribers()).isEqualTo(10_000);
      assertThatThrownBy(() -> SupervisorSpec.of("test").withMaxSubscribers(-1))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("maxSubscribers must be at least 0, but was -1");
    }

    /** Its producer is told, but is busy, and has not taken note. */
    @Test
    void freesTheRoomOfASubscriptionThatWasCancelledAtOnce() throws Exception {
      var isDemanded = new CountDownLatch(1);
      var mayReturn = new CountDownLatch(1);
      try (var few = Supervisor.open(SupervisorSpec.of("few").withMaxSubscribers(2))) {
        ProducerRef<Integer, ?> source = few.start(Stage.producer("source", Integer.class, () -> (demand, out) -> {
          isDemanded.countDown();
          mayReturn.await();
        }));
        ConsumerRef<Integer, ?> sink = few.start(Stage.consumer("sink", () -> new QueueSink(events)));
        Subscription first = sink.subscribeTo(SubscriptionSpec.to(source).withCancelPolicy(CancelPolicy.TEMPORARY));
        isDemanded.await();
        Subscription second = sink.subscribeTo(SubscriptionSpec.to(source).withCancelPolicy(CancelPolicy.TEMPORARY));
        assertThatThrownBy(() -> sink.subscribeTo(source)).hasMessageContaining("2 subscribers at most");

        first.cancel();
        sink.subscribeTo(SubscriptionSpec.to(source).withCancelPolicy(CancelPolicy.TEMPORARY));
        assertThatThrownBy(() -> sink.subscribeTo(source)).hasMessageContaining("2 subscribers at most");

        second.cancel();
        sink.subscribeTo(SubscriptionSpec.to(source).withCancelPolicy(CancelPolicy.TEMPORARY)).cancel();
        // those that leave do not pile up
        assertThatThrownBy(() -> sink.subscribeTo(source)).hasMessageContaining("2 subscribers at most");
        mayReturn.countDown();
        Await.until(() -> source.snapshot().outputs().size() == 1, "the producer has taken note", source);
      }
    }
  }

  /**
   * A subscriber of another library.
   *
   * @param failure completed with what it is told
   */
  private record Refused(CompletableFuture<Throwable> failure) implements Flow.Subscriber<Integer> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {}

    @Override
    public void onNext(Integer event) {}

    @Override
    public void onError(Throwable thrown) {
      failure.complete(thrown);
    }

    @Override
    public void onComplete() {}
  }

  @Nested
  class AtRunTime {
    @Test
    void aConsumerSubscribesAndGetsEvents() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      Subscription subscription = sink.subscribeTo(numbers, Demand.max(5));
      ended(sink);
      assertThat(List.copyOf(events)).isEqualTo(numbersTo(100));
      SubscriptionSnapshot last = subscription.snapshot();
      assertThat(last.id()).isEqualTo(subscription.id());
      assertThat(last.producer()).isEqualTo("test/numbers");
      assertThat(last.consumer()).isEqualTo("test/sink");
      assertThat(last.demand()).isEqualTo(Demand.max(5));
      assertThat(last.isOpen()).isFalse();
      assertThat(last.handled()).isEqualTo(100);
      assertThat(last.isBalanced()).isTrue();
    }

    @RepeatedTest(3)
    void aConsumerSubscribesCancelsAndSubscribesAgainWithoutLossOrDouble() throws Exception {
      int limit = 20_000;
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(limit)));
      ConsumerRef<Integer, QueueSink> keeper = start(Stage.consumer("keeper", () -> new QueueSink(events)));
      ConsumerRef<Integer, QueueSink> changer = start(Stage.consumer("changer", () -> new QueueSink(others)));
      List<Subscription> all = new ArrayList<>();
      all.add(changer.subscribeTo(numbers, Demand.max(16)));
      keeper.subscribeTo(numbers, Demand.max(16));
      while (numbers.isAlive()) {
        Subscription last = all.getLast();
        last.cancel();
        try {
          Await.answered(changer);
          all.add(changer.subscribeTo(numbers, Demand.max(16)));
        // the last subscription completed before it could be cancelled
        } catch (SubscriptionRefusedException | StageEndedException tooLate) {
          break;
        }
      }
      ended(keeper);
      changer.stop();
      ended(changer);
      List<Integer> both = new ArrayList<>(events);
      both.addAll(others);
      both.sort(null);
      assertThat(both).isEqualTo(numbersTo(limit));
      assertThat(all).allMatch(subscription -> subscription.snapshot().isBalanced());
      assertThat(all.stream().mapToLong(subscription -> subscription.snapshot().handled()).sum())
          .isEqualTo(others.size());
    }

    @Test
    void aStageMaySubscribeInItsOwnTurn() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(10)));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.call(stage -> sink.subscribeTo(numbers));
      ended(sink);
      assertThat(events).hasSize(10);
    }

    @Test
    void twoSubscriptionsBetweenOnePairShareTheEvents() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1000)));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.pause();
      Subscription first = sink.subscribeTo(numbers, Demand.max(10));
      Subscription second = sink.subscribeTo(numbers, Demand.max(10));
      assertThat(first.id()).isNotEqualTo(second.id());
      Await.until(() -> first.snapshot().inFlight() == 10 && second.snapshot().inFlight() == 10, "both are served",
          sink, numbers);
      sink.resume();
      ended(sink);
      assertThat(events).hasSize(1000).doesNotHaveDuplicates();
      assertThat(first.snapshot().handled() + second.snapshot().handled()).isEqualTo(1000);
    }

    @Test
    void oneOfTwoSubscriptionsBetweenOnePairMayBeCancelled() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1000)));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.pause();
      Subscription first = sink.subscribeTo(numbers, Demand.max(10));
      Subscription second = sink.subscribeTo(numbers, Demand.max(10));
      Await.until(() -> first.snapshot().inFlight() == 10 && second.snapshot().inFlight() == 10, "both are served",
          sink, numbers);
      first.cancel();
      sink.resume();
      ended(sink);
      assertThat(events).hasSize(1000).doesNotHaveDuplicates();
      assertThat(first.snapshot().handled()).isZero();
      assertThat(first.snapshot().returned()).isEqualTo(10);
      assertThat(second.snapshot().handled()).isEqualTo(1000);
    }
  }

  @Nested
  class CancellingFromOutside {
    @Test
    void finishesTheTurnThatIsRunningAndDeliversNothingAfterIt() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      ConsumerRef<Integer, HeldConsumer<Integer>> leaver = start(Stage.consumer("leaver", () -> held));
      Subscription subscription = leaver.subscribeTo(numbers, Demand.max(20));
      List<Integer> first = Await.next(held.entered, leaver);
      subscription.cancel();
      subscription.cancel();
      held.letGo();
      Await.answered(leaver);
      assertThat(held.handled).containsExactlyElementsOf(first);
      assertThat(held.entered).isEmpty();
      assertThat(leaver.isAlive()).isTrue();
      ConsumerRef<Integer, QueueSink> heir =
          start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers));
      ended(heir);
      assertThat(List.copyOf(events)).isEqualTo(IntStream.range(first.size(), 100).boxed().toList());
      SubscriptionSnapshot last = subscription.snapshot();
      assertThat(last.isOpen()).isFalse();
      assertThat(last.isBalanced()).isTrue();
      assertThat(last.sent()).isEqualTo(last.handled() + last.returned());
    }

    @Test
    void afterTheEndChangesNothing() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(3)));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      Subscription subscription = sink.subscribeTo(numbers);
      ended(sink);
      subscription.cancel();
      assertThat(sink.join()).isEqualTo(new StopReason.Completed());
    }

    @Test
    void worksWhileTheConsumerIsPausedOrIdle() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      Subscription first = sink.subscribeTo(idle);
      first.cancel();
      Await.until(() -> !first.snapshot().isOpen(), "it is closed", sink);
      sink.pause();
      Subscription second = sink.subscribeTo(idle);
      second.cancel();
      Await.until(() -> idle.snapshot().outputs().isEmpty(), "the producer knows", idle);
    }
  }

  @Nested
  class CancellingInATurn {
    private ConsumerRef<Integer, Stage.Consumer<Integer>> canceller(ProducerRef<Integer, ?> producer,
        Stage.Consumer<Integer> onEvents) {
      return start(Stage.consumer("canceller", producer, () -> (batch, from) -> onEvents.onEvents(batch, from))
          .withDemand(Demand.max(20).min(10)));
    }

    @Test
    void countsTheBatchInHandAsHandled() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      List<Integer> handled = new ArrayList<>();
      var canceller = canceller(numbers, (batch, from) -> {
        handled.addAll(batch);
        from.cancel();
        from.cancel();
      });
      Await.until(() -> canceller.snapshot().inputs().isEmpty() && numbers.snapshot().eventsEmitted() > 0,
          "it has left", canceller);
      Await.answered(canceller);
      ended(start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers)));
      handled.addAll(events);
      assertThat(handled).isEqualTo(numbersTo(100));
    }

    @Test
    void f20_inTheMiddleOfABatchReturnsTheRestOfIt() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
      var canceller = canceller(numbers, (batch, from) -> {
        events.addAll(batch.subList(0, 3));
        from.cancel(3);
        sizes.add(batch.size());
      });
      assertThat(Await.next(sizes, numbers)).isEqualTo(10);
      // else the heir may get newer events first
      Await.until(() -> canceller.snapshot().inputs().isEmpty(), "it has left", canceller);
      ended(start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers)));
      assertThat(List.copyOf(events)).isEqualTo(numbersTo(100));
    }

    @Test
    void mayHandleNothingOfABatch() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      CountDownLatch left = new CountDownLatch(1);
      var canceller = canceller(numbers, (batch, from) -> {
        from.cancel(0);
        left.countDown();
      });
      Await.open(left, numbers);
      // else the heir may get newer events first
      Await.until(() -> canceller.snapshot().inputs().isEmpty(), "it has left", canceller);
      ended(start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers)));
      assertThat(List.copyOf(events)).isEqualTo(numbersTo(100));
    }

    @Test
    void mustBeWithinTheBatch() throws Exception {
      BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      canceller(idle, (batch, from) -> {
        for (int handled : new int[] {-1, batch.size() + 1}) {
          try {
            from.cancel(handled);
          } catch (IllegalArgumentException e) {
            thrown.add(e);
          }
        }
        events.addAll(batch);
      });
      idle.emit(7);
      assertThat(Await.next(thrown, idle))
          .hasMessage("handled must be from 0 to the size of the batch in hand, 1, but was -1");
      assertThat(Await.next(thrown, idle))
          .hasMessage("handled must be from 0 to the size of the batch in hand, 1, but was 2");
      idle.emit(8);   // nothing has changed
      assertThat(Await.next(2, events, idle)).containsExactly(7, 8);
    }

    @Test
    void isForTheOwnThreadOnly() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      idle.emit(1);
      Await.next(events, sink);
      Inlet<Integer> inlet = sink.<Inlet<Integer>>call(stage -> stage.inlet);
      String message =
          "cancel() belongs to thread stage:test/sink#1, but was called on " + Thread.currentThread().getName();
      assertThatThrownBy(inlet::cancel).isInstanceOf(ForeignThreadException.class).hasMessage(message);
      assertThatThrownBy(() -> inlet.cancel(0)).isInstanceOf(ForeignThreadException.class).hasMessage(message);
    }

    @Test
    void worksInACallToo() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      idle.emit(1);
      Await.next(events, sink);
      sink.call(stage -> {
        stage.inlet.cancel();
        return null;
      });
      Await.until(() -> idle.snapshot().outputs().isEmpty(), "it has left", idle, sink);
    }

    @Test
    void ofAProducerThatHasCompletedCountsWhatNobodyGets() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      CountDownLatch left = new CountDownLatch(1);
      var canceller = canceller(idle, (batch, from) -> {
        from.cancel(4);
        left.countDown();
      });
      idle.castEmit((stage, out) -> {
        for (int i = 0; i < 10; i++) out.emit(i);
        out.complete();
      });
      Await.open(left, canceller);
      Await.end(idle);
      Await.answered(canceller);
      scope.close();
      assertThat(scope.report().eventsReturned() + scope.report().eventsUndelivered()).isEqualTo(6);
    }
  }

  /** Keeps the inlet of its last subscription, and asks for nothing by itself. */
  private static final class Asker implements Stage.Consumer<Integer> {
    private final BlockingQueue<Integer> events;
    private Inlet<Integer> inlet;

    Asker(BlockingQueue<Integer> events) {
      this.events = events;
    }

    @Override
    public void onSubscribe(Inlet<Integer> to) {
      inlet = to;
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {
      events.addAll(batch);
    }
  }

  @Nested
  class ManualDemand {
    private final ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(5000)));
    private final ConsumerRef<Integer, Asker> asker = start(Stage.consumer("asker", () -> new Asker(events)));
    private Subscription subscription;

    @BeforeEach
    void subscribe() {
      subscription = asker.subscribeTo(numbers, Demand.manual());
      Await.until(() -> inlet() != null, "it is subscribed", asker);
    }

    private Inlet<Integer> inlet() {
      try {
        return asker.<Inlet<Integer>>call(stage -> stage.inlet);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void request(long events) throws InterruptedException {
      asker.call(stage -> {
        stage.inlet.request(events);
        return null;
      });
    }

    @Test
    void getsNothingUnasked() throws Exception {
      Await.answered(numbers);
      Await.answered(asker);
      assertThat(subscription.snapshot().requested()).isZero();
      assertThat(numbers.<Integer>call(Numbers::next)).isZero();
    }

    @Test
    void addsUp() throws Exception {
      asker.call(stage -> {
        stage.inlet.request(3);
        stage.inlet.request(4);
        return null;
      });
      request(5);
      assertThat(Await.next(12, events, asker)).isEqualTo(numbersTo(12));
      Await.answered(numbers);
      Await.answered(asker);
      assertThat(events).isEmpty();
      assertThat(subscription.snapshot().requested()).isEqualTo(12);
    }

    @Test
    void f28_staysAtTheLargestNumberOnceThere() throws Exception {
      numbers.pause();
      request(Long.MAX_VALUE);
      request(Long.MAX_VALUE);
      request(1);
      assertThat(subscription.snapshot().requested()).isEqualTo(Long.MAX_VALUE);
      assertThat(subscription.snapshot().isBalanced()).isTrue();
      numbers.resume();
      assertThat(Await.next(5000, events, asker)).isEqualTo(numbersTo(5000));
      assertThat(Await.end(asker)).isEqualTo(new StopReason.Completed());
      assertThat(subscription.snapshot().isBalanced()).isTrue();
    }

    @Test
    void f28_refusesLessThanOneAndChangesNothing() throws Exception {
      for (long wrong : new long[] {0, -1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> request(wrong))
            .cause()
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("request must be for at least 1 event, but was for " + wrong + " (Reactive Streams rule 3.9)");
      }
      assertThat(subscription.snapshot().requested()).isZero();
    }

    @Test
    void isForTheOwnThreadOnly() {
      Inlet<Integer> inlet = inlet();
      assertThatThrownBy(() -> inlet.request(1))
          .isInstanceOf(ForeignThreadException.class)
          .hasMessage(
              "request() belongs to thread stage:test/asker#1, but was called on " + Thread.currentThread().getName());
      assertThat(subscription.snapshot().requested()).isZero();
    }

    @Test
    void survivesAReplacement() throws Exception {
      numbers.pause();
      request(5);
      asker.replace(() -> new Asker(events));
      numbers.resume();
      assertThat(Await.next(5, events, asker)).isEqualTo(numbersTo(5));
      Await.until(() -> inlet() != null, "the new one is subscribed too", asker);
    }

    @Test
    void rule3_06_isNothingAfterACancel() throws Exception {
      request(2);
      Await.next(2, events, asker);
      subscription.cancel();
      Await.answered(asker);
      request(10);
      asker.call(stage -> {
        stage.inlet.cancel();
        return null;
      });
      Await.answered(numbers);
      Await.answered(asker);
      assertThat(events).isEmpty();
      assertThat(subscription.snapshot().requested()).isEqualTo(2);
      assertThat(subscription.snapshot().isBalanced()).isTrue();
    }
  }

  @Nested
  class AutomaticDemand {
    @Test
    void cannotBeRequestedByHand() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      idle.emit(1);
      Await.next(events, sink);
      for (long wrong : new long[] {0, -1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> sink.call(stage -> {
          stage.inlet.request(wrong);
          return null;
        })).isInstanceOf(CallFailedException.class)
            .cause()
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("request must be for at least 1 event, but was for " + wrong + " (Reactive Streams rule 3.9)");
      }
      assertThatThrownBy(() -> sink.call(stage -> {
        stage.inlet.request(1);
        return null;
      })).cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "demand on the subscription to test/idle is automatic; use Demand.manual() to request events yourself");
      Inlet<Integer> inlet = sink.<Inlet<Integer>>call(stage -> stage.inlet);
      assertThatThrownBy(() -> inlet.request(1))
          .isInstanceOf(ForeignThreadException.class)
          .hasMessage(
              "request() belongs to thread stage:test/sink#1, but was called on " + Thread.currentThread().getName());
      assertThat(sink.snapshot().inputs().getFirst().requested()).isEqualTo(1000);
    }
  }

  @Nested
  class ARefusedSubscription {
    private final ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
    private final ProducerRef<Integer, Numbers> byDemand = start(Stage.producer("by-demand", Numbers::new));
    private final ProducerRef<Integer, Numbers> partitioned = start(Stage.producer("partitioned", Numbers::new)
        .withDispatcher(Dispatcher.partition(List.of("odd", "even"), event -> event % 2 == 0 ? "even" : "odd")));

    @Test
    void namesWhatIsThereInstead() {
      assertThatThrownBy(() -> sink.subscribeTo(partitioned))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/sink cannot subscribe to test/partitioned: it has partitions, so name one with withPartition(…); there are: odd, even");
      assertThatThrownBy(() -> sink.subscribeTo(SubscriptionSpec.to(partitioned).withPartition("prime")))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/sink cannot subscribe to test/partitioned: it has no partition \"prime\"; there are: odd, even");
      assertThatThrownBy(() -> sink.subscribeTo(SubscriptionSpec.to(byDemand).withPartition(0)))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/sink cannot subscribe to test/by-demand: it has no partitions, but partition \"0\" was asked for");
      assertThatThrownBy(() -> sink.subscribeTo(SubscriptionSpec.to(byDemand).withSelector(event -> true)))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/sink cannot subscribe to test/by-demand: it does not broadcast, so it cannot use a selector; give it Dispatcher.broadcast()");
    }

    @Test
    void hurtsNobody() throws Exception {
      ConsumerRef<Integer, QueueSink> bystander =
          start(Stage.consumer("bystander", () -> new QueueSink(others)).subscribeTo(byDemand, Demand.max(3)));
      for (int i = 0; i < 50; i++) {
        assertThatThrownBy(() -> sink.subscribeTo(SubscriptionSpec.to(byDemand).withPartition(0)))
            .isInstanceOf(SubscriptionRefusedException.class);
      }
      assertThat(Await.next(100, others, bystander)).isEqualTo(numbersTo(100));
      assertThat(byDemand.snapshot().outputs()).hasSize(1);
      assertThat(sink.snapshot().inputs()).isEmpty();
      sink.subscribeTo(byDemand);
      Await.next(10, events, sink);
    }

    @Test
    void isThatOfAConsumerThatHasEnded() throws Exception {
      sink.stop();
      ended(sink);
      assertThatThrownBy(() -> sink.subscribeTo(byDemand))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage("stage test/sink cannot subscribe to test/by-demand: the consumer itself has ended: Stopped");
      assertThat(byDemand.snapshot().outputs()).isEmpty();
    }

    @Test
    void isNull() {
      assertThatThrownBy(() -> sink.subscribeTo((SubscriptionSpec<Integer>) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("source must not be null; pass the ref that start returned");
      assertThatThrownBy(() -> sink.subscribeTo((ProducerRef<Integer, ?>) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("source must not be null; pass the ref that start returned");
      assertThatThrownBy(() -> sink.subscribeTo(byDemand, (Demand) null)).isInstanceOf(NullPointerException.class)
          .hasMessageStartingWith("demand must not be null");
    }
  }

  @Nested
  class AnEndedProducer {
    private final ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));

    @Test
    void f36_thatCompletedCompletesWhoSubscribes() throws Exception {
      ProducerRef<Integer, Stage.Generator<Integer>> done =
          start(Stage.generator("done", Integer.class, () -> out -> {}));
      Await.end(done);
      Subscription subscription = sink.subscribeTo(done);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(subscription.snapshot().isOpen()).isFalse();
      assertThat(subscription.snapshot().sent()).isZero();
    }

    @Test
    void f36_thatWasStoppedRefuses() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      numbers.stop();
      Await.end(numbers);
      assertThatThrownBy(() -> sink.subscribeTo(numbers))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage("stage test/sink cannot subscribe to test/numbers: it has ended: Stopped");
      Await.answered(sink);
    }

    @Test
    void f36_thatCrashedRefuses() throws Exception {
      theScopeMayFail();
      var dead = new ArrayList<ProducerRef<Integer, Numbers>>();
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        var numbers = startIn(inner, Stage.producer("numbers", Numbers::new));
        dead.add(numbers);
        numbers.cast(stage -> {
          throw new IOException("crash");
        });
        Await.end(numbers);
      } catch (RuntimeException expected) {
        assertThat(expected).hasRootCauseMessage("crash");
      }
      assertThatThrownBy(() -> sink.subscribeTo(dead.getFirst()))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/sink cannot subscribe to inner/numbers: it has ended: Crashed[cause=java.io.IOException]")
          .hasCauseInstanceOf(IOException.class);
      Await.answered(sink);
    }
  }

  @Nested
  class ACycle {
    private ProducerConsumerRef<Integer, Integer, Relay> relay(String name) {
      return start(Stage.producerConsumer(name, Relay::new));
    }

    @Test
    void isRefusedWithItsPath() throws Exception {
      var a = relay("a");
      var b = relay("b");
      var c = relay("c");
      b.subscribeTo(a);
      c.subscribeTo(b);
      assertThatThrownBy(() -> a.subscribeTo(c))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/a cannot subscribe to test/c: that would close the cycle test/a -> test/b -> test/c -> test/a"
              + "; use allowingCycle() if that is meant");
      assertThat(a.snapshot().inputs()).isEmpty();
      assertThat(c.snapshot().outputs()).isEmpty();
    }

    @Test
    void ofOneStageIsRefusedToo() {
      var a = relay("a");
      assertThatThrownBy(() -> a.subscribeTo(a))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessageContaining("that would close the cycle test/a -> test/a;");
    }

    @Test
    void isNotADiamond() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1000)));
      var left = relay("left");
      var right = relay("right");
      var sink = start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(left).subscribeTo(right));
      right.subscribeTo(numbers, Demand.max(10));
      left.subscribeTo(numbers, Demand.max(10));
      numbers.join();
      Await.end(left);
      Await.end(right);
      ended(sink);
      List<Integer> sorted = new ArrayList<>(events);
      sorted.sort(null);
      assertThat(sorted).isEqualTo(numbersTo(1000));
    }

    @Test
    void worksWhereItIsAllowed() throws Exception {
      CountDownLatch round = new CountDownLatch(1);
      var counter = start(Stage.producerConsumer("counter", Integer.class, Integer.class, () -> (batch, from, out) -> {
        for (int event : batch) {
          if (event < 1000) out.emit(event + 1);
          else round.countDown();
        }
      }));
      var relay = relay("relay");
      relay.subscribeTo(counter, Demand.max(5));
      counter.subscribeTo(SubscriptionSpec.to(relay).withDemand(Demand.max(5)).allowingCycle());
      relay.castEmit((stage, out) -> out.emit(0));
      Await.open(round, counter, relay);
      counter.stop();   // a cycle does not drain by itself
      assertThat(Await.end(counter)).isEqualTo(new StopReason.Stopped());
      assertThat(Await.end(relay)).isEqualTo(new StopReason.Completed());
    }
  }
}
