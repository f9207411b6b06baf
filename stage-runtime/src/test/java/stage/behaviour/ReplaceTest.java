package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StageFactory;
import stage.api.StopReason;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class ReplaceTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  @Nested
  class AConsumer {
    @Test
    void getsABehaviourOfTheNextIncarnation() throws Exception {
      var first = new QueueSink(events);
      var second = new QueueSink(events);
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> first));
      sink.replace(() -> second);
      assertThat(first.stops).containsExactly(new StopReason.Replaced());
      assertThat(second.stops).isEmpty();
      assertThat(sink.<Integer>call(stage -> stage.context.incarnation())).isEqualTo(2);
      assertThat(sink.snapshot().incarnation()).isEqualTo(2);
      assertThat(sink.<String>call(stage -> Thread.currentThread().getName())).isEqualTo("stage:test/sink#2");
    }

    @Test
    void losesNothingWhileEventsFlow() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(20_000)));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(numbers, Demand.max(16)));
      for (int i = 0; i < 20; i++) {
        try {
          sink.replace(() -> new QueueSink(events));
        } catch (StageEndedException done) {
          break;
        }
      }
      Await.end(sink);
      assertThat(List.copyOf(events)).hasSize(20_000).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void finishesTheTurnThatIsRunningFirst() throws Exception {
      var first = new HeldConsumer<Integer>();
      var second = new HeldConsumer<Integer>();
      second.letGo();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(10)));
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> first).subscribeTo(numbers, Demand.max(2)));
      Await.next(first.entered, consumer);
      var replacing = new Await.Other<Object>(() -> {
        consumer.replace(() -> second);
        return null;
      });
      replacing.blocks();
      assertThat(second.entered).isEmpty();
      first.release(1);
      replacing.result(consumer);
      Await.end(consumer);
      assertThat(first.handled).containsExactly(0);
      assertThat(second.handled).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void keepsItsPause() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.pause();
      sink.replace(() -> new QueueSink(events));
      assertThat(sink.snapshot().status()).isEqualTo(stage.api.StageSnapshot.Status.PAUSED);
    }
  }

  @Nested
  class AProducer {
    @Test
    void isToldOfAllDemandAgain() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle, Demand.max(7)));
      Await.until(() -> demandSeen(idle) == 7, "it was told of demand", idle);
      idle.replace(Idle::new);
      Await.until(() -> demandSeen(idle) == 7, "the new one was told of demand", idle);
    }

    @Test
    void losesNothingWhileEventsFlow() throws Exception {
      var next = new AtomicInteger();
      StageFactory<Stage.Producer<Integer>> factory = () -> new Stage.Producer<>() {
        @Override
        public void onDemand(long demand, Outlet<Integer> out) {
          for (long i = 0; i < demand && next.get() < 20_000; i++) out.emit(next.getAndIncrement());
          if (next.get() == 20_000) out.complete();
        }
      };
      ProducerRef<Integer, Stage.Producer<Integer>> producer = start(Stage.producer("p", Integer.class, factory));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(producer, Demand.max(16)));
      for (int i = 0; i < 20; i++) {
        try {
          producer.replace(factory);
        } catch (StageEndedException done) {
          break;
        }
      }
      Await.end(sink);
      assertThat(List.copyOf(events)).hasSize(20_000).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void f24_refusesTheOutletOfTheOldIncarnation() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle, Demand.max(7)));
      Await.until(() -> demandSeen(idle) == 7, "it was told of demand", idle);
      Outlet<Integer> old = idle.<Outlet<Integer>>call(stage -> stage.out);
      idle.replace(Idle::new);
      assertThatThrownBy(() -> idle.call(stage -> {
        old.emit(1);
        return null;
      })).cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "no turn of this incarnation of stage test/idle is running; emit within a callback, a timer or castEmit");
      assertThat(idle.snapshot().eventsEmitted()).isZero();
    }

    @Test
    void losesTheTimersOfTheOldIncarnation() throws Exception {
      BlockingQueue<Integer> ticks = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      idle.call(stage -> stage.context().every(Duration.ofMillis(1), () -> ticks.add(1)));
      Await.next(ticks, idle);
      idle.replace(Idle::new);
      ticks.clear();
      idle.call(stage -> stage.context().every(Duration.ofMillis(1), () -> ticks.add(2)));
      for (int i = 0; i < 3; i++) assertThat(Await.next(ticks, idle)).isEqualTo(2);
    }
  }

  @Nested
  class AGenerator {
    private ProducerRef<Integer, Stage.Generator<Integer>> generator(CountDownLatch emitting) {
      return start(Stage.generator("gen", Integer.class, () -> out -> {
        emitting.countDown();
        while (true) out.emit(1);
      }));
    }

    @Test
    void isReplacedWhileItWaitsForDemand() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator = generator(emitting);
      Await.open(emitting, generator);
      generator.replace(() -> out -> {
        for (int i = 10; i < 13; i++) out.emit(i);
      });
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(events).containsExactly(10, 11, 12);
    }

    @Test
    void isReplacedWhileItEmits() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator = generator(emitting);
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator, Demand.max(2)));
      Await.next(10, events, generator);
      generator.replace(() -> out -> {
        for (int i = 10; i < 13; i++) out.emit(i);
      });
      Await.end(sink);
      assertThat(events).endsWith(10, 11, 12);
    }

    @Test
    void mayCleanUpAndReturnWhenItIsReplaced() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      CountDownLatch cleaned = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        emitting.countDown();
        try {
          while (true) out.emit(1);
        } catch (CancellationException asked) {
          cleaned.countDown();
        }
      }));
      Await.open(emitting, generator);
      Await.result(() -> {
        generator.replace(() -> out -> out.emit(2));
        return null;
      }, generator);
      assertThat(cleaned.getCount()).isZero();
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      Await.end(sink);
      assertThat(events).containsExactly(2);
    }

    @Test
    void isToldAgainIfItTriesToEmitNonetheless() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      var refusals = new AtomicInteger();
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        emitting.countDown();
        while (refusals.get() < 3) {
          try {
            out.emit(1);
          } catch (CancellationException asked) {
            refusals.incrementAndGet();
          }
        }
      }));
      Await.open(emitting, generator);
      Await.result(() -> {
        generator.replace(() -> out -> out.emit(2));
        return null;
      }, generator);
      assertThat(refusals).hasValue(3);
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      Await.end(sink);
      assertThat(events).containsExactly(2);
    }

    @Test
    void beginsAgainIfTheNewOneCannotStart() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator = generator(emitting);
      Await.open(emitting, generator);
      assertThatThrownBy(() -> generator.replace(() -> {
        throw new IOException("no");
      })).isInstanceOf(CallFailedException.class).hasRootCauseMessage("no");
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator, Demand.max(2)));
      assertThat(Await.next(3, events, generator)).containsOnly(1);
      assertThat(generator.snapshot().incarnation()).isEqualTo(1);
    }
  }

  @Nested
  class AProducerConsumer {
    @Test
    void losesNothingWhileEventsFlow() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(20_000)));
      ProducerConsumerRef<Integer, Integer, Relay> relay =
          start(Stage.producerConsumer("relay", numbers, Relay::new).withDemand(Demand.max(16)));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(relay, Demand.max(16)));
      for (int i = 0; i < 20; i++) {
        try {
          relay.replace(Relay::new);
        } catch (StageEndedException done) {
          break;
        }
      }
      Await.end(sink);
      assertThat(List.copyOf(events)).hasSize(20_000).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void useItsNewBehaviourForWhatWaits() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(10)));
      ProducerConsumerRef<Integer, Integer, Relay> relay =
          start(Stage.producerConsumer("relay", numbers, Relay::new));
      Await.until(() -> relay.snapshot().inputs().getFirst().inFlight() == 10, "everything waits for demand", relay);
      relay.replace(() -> new Relay(1000));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(relay));
      Await.end(sink);
      assertThat(events).hasSize(10).allMatch(event -> event >= 1000);
    }
  }

  @Nested
  class ANewBehaviourThatCannotStart {
    @Test
    void f09_leavesTheOldOneInPlaceIfItsFactoryThrows() throws Exception {
      var first = new QueueSink(events);
      var cause = new IOException("no");
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> first));
      assertThatThrownBy(() -> sink.replace(() -> {
        throw cause;
      })).isInstanceOf(CallFailedException.class).hasCause(cause).hasMessageContaining("test/sink");
      assertThat(sink.<QueueSink>call(stage -> stage)).isSameAs(first);
      assertThat(first.stops).isEmpty();
      assertThat(sink.snapshot().incarnation()).isEqualTo(1);
    }

    @Test
    void leavesTheOldOneAndItsTimersInPlaceIfOnStartThrows() throws Exception {
      ProducerRef<Integer, Stage.Producer<Integer>> producer =
          start(Stage.producer("p", Integer.class, () -> new Stage.Producer<>() {
        @Override
        public void onStart(StageContext context) {
          context.every(Duration.ofMillis(1), () -> events.add(1));
        }

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {}
      }));
      assertThatThrownBy(() -> producer.replace(() -> new Stage.Producer<>() {
        @Override
        public void onStart(StageContext context) throws IOException {
          context.every(Duration.ofNanos(1), () -> events.add(2));
          throw new IOException("no");
        }

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {}
      })).isInstanceOf(CallFailedException.class);
      events.clear();
      assertThat(Await.next(3, events, producer)).containsOnly(1);
    }

    @Test
    void isRefusedIfItIsNull() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThatThrownBy(() -> sink.replace(() -> null))
          .isInstanceOf(CallFailedException.class)
          .hasMessageStartingWith("the new behaviour of stage test/sink failed in the factory: ")
          .hasMessageEndingWith("; the stage goes on")
          .cause()
          .hasMessage("the factory of stage test/sink returned null; it must make a new behaviour");
    }

    @Test
    void isRefusedIfItIsTheOldOne() throws Exception {
      var only = new QueueSink(events);
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> only));
      assertThatThrownBy(() -> sink.replace(() -> only))
          .isInstanceOf(CallFailedException.class)
          .cause()
          .hasMessage(
              "the factory of stage test/sink returned a behaviour that is in use already, a "
                  + QueueSink.class.getName()
              + "; it must make a new one each time");
      assertThat(sink.<QueueSink>call(stage -> stage)).isSameAs(only);
    }

    @Test
    void mayBeTriedAgain() throws Exception {
      var second = new QueueSink(events);
      List<QueueSink> tries = new ArrayList<>();
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      StageFactory<QueueSink> factory = () -> {
        tries.add(second);
        if (tries.size() == 1) throw new IOException("not yet");
        return second;
      };
      assertThatThrownBy(() -> sink.replace(factory)).isInstanceOf(CallFailedException.class);
      sink.replace(factory);
      assertThat(sink.<QueueSink>call(stage -> stage)).isSameAs(second);
    }
  }

  @Nested
  class AnEndedStage {
    @Test
    void isNotReplaced() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.stop();
      Await.end(sink);
      assertThatThrownBy(() -> sink.replace(QueueSink::new)).isInstanceOf(StageEndedException.class);
      assertThatThrownBy(() -> sink.replace(null)).isInstanceOf(NullPointerException.class)
          .hasMessage("factory must not be null");
    }
  }

  private static long demandSeen(ProducerRef<Integer, Idle> idle) {
    try {
      return idle.<Long>call(stage -> stage.demandSeen);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
