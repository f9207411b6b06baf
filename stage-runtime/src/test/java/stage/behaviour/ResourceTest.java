package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.Subscription;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class ResourceTest extends StageTest {
  /** An event that nothing else refers to, not even a cache of small integers. */
  private static final class Event {
    private static final AtomicInteger MADE = new AtomicInteger();
    private final int number = MADE.incrementAndGet();
  }

  @Nested
  class AfterClose {
    @Test
    void noThreadIsLeft() throws Exception {
      for (int i = 0; i < 50; i++) {
        ProducerRef<Integer, Idle> numbers = start(Stage.producer("numbers" + i, Idle::new));
        start(Stage.consumer("sink" + i, QueueSink::new).subscribeTo(numbers, Demand.max(2)));
      }
      List<Thread> all = threads();
      assertThat(all).hasSize(100).allMatch(Thread::isAlive)
          .allMatch(thread -> thread.getName().startsWith("stage:test/"));
      scope.close();
      assertThat(all).noneMatch(Thread::isAlive);
    }

    @Test
    void noThreadIsLeftOfStagesThatEndedBefore() throws Exception {
      for (int i = 0; i < 50; i++) {
        ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
        numbers.stop();
        Await.end(numbers);
        scope.deleteChild("numbers");
      }
      scope.close();
      assertThat(threads()).hasSize(50).noneMatch(Thread::isAlive);
    }
  }

  @Nested
  class AnEvent {
    private final ProducerRef<Event, Stage.Producer<Event>> producer =
        start(Stage.source("p", Event.class));
    private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();

    private List<WeakReference<Event>> emit(int count) throws InterruptedException {
      List<WeakReference<Event>> references = new ArrayList<>();
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < count; i++) events.add(new Event());
      for (Event event : events) references.add(new WeakReference<>(event));
      producer.castEmit((stage, out) -> out.emitAll(events));
      Await.next(count, seen, producer);
      return references;
    }

    @Test
    void isLetGoOfWhenItIsSettled() throws Exception {
      ConsumerRef<Event, Stage.Consumer<Event>> consumer = start(Stage.consumer("c", producer, () -> this::note));
      for (WeakReference<Event> reference : emit(1)) Await.collected(reference, "a single event");
      for (WeakReference<Event> reference : emit(100)) Await.collected(reference, "each of a hundred");
      assertThat(consumer.isAlive()).isTrue();
    }

    @Test
    void isLetGoOfByEveryConsumerOfABroadcast() throws Exception {
      ProducerRef<Event, Stage.Producer<Event>> all = start(Stage.source("all", Event.class)
          .withDispatcher(Dispatcher.broadcast()));
      start(Stage.consumer("a", all, () -> this::note));
      start(Stage.consumer("b", all, () -> this::note));
      for (WeakReference<Event> reference : broadcast(all)) Await.collected(reference, "an event that all have had");
    }

    private List<WeakReference<Event>> broadcast(ProducerRef<Event, ?> all) throws InterruptedException {
      List<WeakReference<Event>> references = new ArrayList<>();
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 50; i++) events.add(new Event());
      for (Event event : events) references.add(new WeakReference<>(event));
      all.castEmit((stage, out) -> out.emitAll(events));
      Await.next(100, seen, all);
      return references;
    }

    private void note(List<Event> batch, Inlet<Event> from) {
      for (Event event : batch) seen.add(event.number);
    }
  }

  @Nested
  class ABehaviour {
    private WeakReference<QueueSink> behaviourOf(ConsumerRef<Integer, QueueSink> ref) throws InterruptedException {
      return ref.<WeakReference<QueueSink>>call(WeakReference::new);
    }

    @Test
    void isLetGoOfWhenItIsReplaced() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      WeakReference<QueueSink> first = behaviourOf(sink);
      sink.replace(QueueSink::new);
      Await.collected(first, "a replaced behaviour");
    }

    @Test
    void isLetGoOfWhenItsStageHasEnded() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      WeakReference<QueueSink> behaviour = behaviourOf(sink);
      sink.stop();
      Await.end(sink);
      Await.collected(behaviour, "the behaviour of an ended stage, whose handle and scope are still held");
      assertThat(sink.isAlive()).isFalse();
    }

    @Test
    void isLetGoOfWhenItsScopeIsClosed() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      WeakReference<QueueSink> behaviour = behaviourOf(sink);
      scope.close();
      Await.collected(behaviour, "a behaviour of a closed scope");
      assertThat(sink.isAlive()).isFalse();
    }

    @Test
    void withAFarTimerIsLetGoOfToo() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      WeakReference<QueueSink> behaviour = behaviourOf(sink);
      sink.call(stage -> stage.context.after(Duration.ofDays(1), () -> stage.stops.clear()));
      scope.close();
      Await.collected(behaviour, "a behaviour whose timer would be due tomorrow");
    }
  }

  @Nested
  class ASubscription {
    private final ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));

    private WeakReference<Subscription> subscribeAndCancel(ConsumerRef<Integer, QueueSink> sink)
        throws InterruptedException {
      Subscription subscription = sink.subscribeTo(idle);
      idle.emit(1);
      subscription.cancel();
      Await.until(() -> idle.snapshot().outputs().isEmpty(), "the producer knows", idle);
      return new WeakReference<>(subscription);
    }

    @Test
    void isLetGoOfWhenItIsCancelled() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      Await.collected(subscribeAndCancel(sink), "a cancelled subscription");
    }

    @Test
    void leavesNothingOfItsConsumerBehind() throws Exception {
      Await.collected(aConsumerThatCameAndWent(), "a consumer that has left");
      assertThat(idle.isAlive()).isTrue();
    }

    private WeakReference<ConsumerRef<Integer, QueueSink>> aConsumerThatCameAndWent() throws InterruptedException {
      ConsumerRef<Integer, QueueSink> sink;
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        sink = inner.start(Stage.consumer("sink", idle, QueueSink::new));
        Await.answered(sink);
      }
      Await.until(() -> idle.snapshot().outputs().isEmpty(), "the producer knows", idle);
      Await.answered(idle);
      return new WeakReference<>(sink);
    }
  }

  @Nested
  class ManyStages {
    @Test
    void tenThousandAreOpenedAndClosed() throws Exception {
      int count = 10_000;
      CountDownLatch stopped = new CountDownLatch(count);
      try (var crowd = Supervisor
          .open(SupervisorSpec.of("crowd").withIntensity(Intensity.none()).withShutdown(Duration.ofSeconds(30)))) {
        for (int i = 0; i < count; i++) {
          crowd.start(Stage.consumer("c" + i, Integer.class, () -> new Stage.Consumer<>() {
            @Override
            public void onEvents(List<Integer> batch, Inlet<Integer> from) {}

            @Override
            public void onStop(stage.api.StopReason reason) {
              stopped.countDown();
            }
          }));
        }
        assertThat(crowd.children()).hasSize(count);
      }
      assertThat(stopped.getCount()).isZero();
    }

    @Test
    void aThousandConsumersShareOneProducer() throws Exception {
      int consumers = 1000;
      BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(20_000)));
      numbers.pause();
      for (int i = 0; i < consumers; i++)
        start(Stage.consumer("c" + i, () -> new QueueSink(events)).subscribeTo(numbers, Demand.max(4)));
      numbers.resume();
      scope.join();
      assertThat(List.copyOf(events)).hasSize(20_000).doesNotHaveDuplicates();
    }

    @Test
    void aThousandConsumersComeAndGo() throws Exception {
      BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      for (int i = 0; i < 1000; i++) {
        ConsumerRef<Integer, QueueSink> sink =
            start(Stage.consumer("sink" + i, () -> new QueueSink(events)).subscribeTo(idle));
        idle.emit(i);
        sink.stop();
        Await.end(sink);
      }
      ConsumerRef<Integer, QueueSink> last =
          start(Stage.consumer("last", () -> new QueueSink(events)).subscribeTo(idle));
      idle.stop();
      Await.end(last);
      assertThat(List.copyOf(events)).hasSize(1000).doesNotHaveDuplicates();
    }
  }
}
