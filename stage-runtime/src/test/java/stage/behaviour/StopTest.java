package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class StopTest extends StageTest {
  private static final StopReason STOPPED = new StopReason.Stopped();
  private static final StopReason COMPLETED = new StopReason.Completed();
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  @Nested
  class AProducer {
    @Test
    void endsAndCompletesItsConsumers() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(numbers, Demand.max(8)));
      Await.next(10, events, sink);
      numbers.stop();
      assertThat(Await.end(numbers)).isEqualTo(STOPPED);
      assertThat(Await.end(sink)).isEqualTo(COMPLETED);
      assertThat(numbers.isAlive()).isFalse();
      assertThat(numbers.snapshot().eventsEmitted()).isEqualTo(10 + events.size());
    }

    @Test
    void deliversItsBacklogFirst() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      var held = new HeldConsumer<Integer>();
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> held).subscribeTo(idle, Demand.max(2)));
      idle.castEmit((stage, out) -> {
        for (int i = 0; i < 100; i++) out.emit(i);
      });
      Await.next(held.entered, consumer);
      idle.stop();
      held.letGo();
      assertThat(Await.end(idle)).isEqualTo(STOPPED);
      assertThat(Await.end(consumer)).isEqualTo(COMPLETED);
      assertThat(List.copyOf(held.handled)).isEqualTo(IntStream.range(0, 100).boxed().toList());
      assertThat(idle.snapshot().eventsUndelivered()).isZero();
    }

    @Test
    void withoutConsumersLeavesItsBacklogUndelivered() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      idle.castEmit((stage, out) -> {
        for (int i = 0; i < 7; i++) out.emit(i);
      });
      Await.answered(idle);
      idle.stop();
      Await.end(idle);
      assertThat(idle.snapshot().eventsUndelivered()).isEqualTo(7);
      scope.close();
      assertThat(scope.report().eventsUndelivered()).isEqualTo(7);
      assertThat(scope.report().isClean()).isFalse();
      assertThat(scope.report().stages()).singleElement()
          .satisfies(last -> assertThat(last.path()).isEqualTo("test/idle"));
    }

    @Test
    void mayStopItself() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      idle.cast(stage -> stage.context().stop());
      assertThat(Await.end(idle)).isEqualTo(STOPPED);
    }

    @Test
    void mayStopItselfWhenItStarts() throws Exception {
      ProducerRef<Integer, Stage.Producer<Integer>> producer =
          start(Stage.producer("p", Integer.class, () -> new Stage.Producer<>() {
        @Override
        public void onStart(StageContext context) {
          context.stop();
        }

        @Override
        public void onDemand(long demand, stage.api.Outlet<Integer> out) {
          events.add(1);
        }
      }));
      assertThat(Await.end(producer)).isEqualTo(STOPPED);
      assertThat(events).isEmpty();
    }

    @Test
    void stopsOnceHoweverOftenItIsAsked() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      for (int i = 0; i < 3; i++) numbers.stop();
      assertThat(Await.end(numbers)).isEqualTo(STOPPED);
      numbers.stop();
      assertThat(Await.end(numbers)).isEqualTo(STOPPED);
    }

    @Test
    void keepsTheReasonOfTheEndThatCameFirst() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1)));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(numbers));
      assertThat(Await.end(numbers)).isEqualTo(COMPLETED);
      numbers.stop();
      assertThat(Await.end(numbers)).isEqualTo(COMPLETED);
    }

    @Test
    void s48_givesItsNameFreeWhenItIsDeleted() throws Exception {
      ProducerRef<Integer, Numbers> first = start(Stage.producer("numbers", Numbers::new));
      first.stop();
      Await.end(first);
      scope.deleteChild("numbers");
      ProducerRef<Integer, Numbers> second = start(Stage.producer("numbers", Numbers::new));
      assertThat(second.isAlive()).isTrue();
      assertThat(scope.child("numbers")).isSameAs(second);
    }
  }

  @Nested
  class AGenerator {
    @Test
    void isStoppedWhereItWaitsForDemand() throws Exception {
      BlockingQueue<String> seen = new LinkedBlockingQueue<>();
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        emitting.countDown();
        try {
          out.emit(1);
        } catch (CancellationException asked) {
          seen.add("asked to stop");
          throw asked;
        }
      }));
      Await.open(emitting, generator);
      generator.stop();
      assertThat(Await.end(generator)).isEqualTo(STOPPED);
      assertThat(seen).containsExactly("asked to stop");
    }

    @Test
    void mayCleanUpAndReturn() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        try {
          emitting.countDown();
          while (true) out.emit(1);
        } catch (CancellationException asked) {
          events.add(-1);
        }
      }));
      Await.open(emitting, generator);
      generator.stop();
      assertThat(Await.end(generator)).isEqualTo(STOPPED);
      assertThat(events).containsExactly(-1);
    }

    @Test
    void isInterruptedWhereItBlocksInItsOwnCode() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        blocking.countDown();
        new CountDownLatch(1).await();
      }));
      Await.open(blocking, generator);
      generator.stop();
      assertThat(Await.end(generator)).isEqualTo(STOPPED);
    }

    @Test
    void isInterruptedAlsoInAMessage() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        while (true) out.emit(1);
      }));
      generator.cast(stage -> {
        blocking.countDown();
        new CountDownLatch(1).await();
      });
      Await.open(blocking, generator);
      generator.stop();
      assertThat(Await.end(generator)).isEqualTo(STOPPED);
    }

    @Test
    void keepsWhatItEmittedBefore() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        for (int i = 0; i < 3; i++) out.emit(i);
        blocking.countDown();
        new CountDownLatch(1).await();
      }));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      Await.open(blocking, generator);
      generator.stop();
      Await.end(sink);
      assertThat(events).containsExactly(0, 1, 2);
    }

    @Test
    void mayStopItself() throws Exception {
      StageContext[] context = new StageContext[1];
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> new Stage.Generator<>() {
        @Override
        public void onStart(StageContext given) {
          context[0] = given;
        }

        @Override
        public void generate(stage.api.Outlet<Integer> out) {
          for (int i = 0; ; i++) {
            if (i == 5) context[0].stop();
            out.emit(i);
          }
        }
      }));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      assertThat(Await.end(generator)).isEqualTo(STOPPED);
      Await.end(sink);
      assertThat(events).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void completesWhenItReturns() throws Exception {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {}));
      assertThat(Await.end(generator)).isEqualTo(COMPLETED);
    }
  }

  @Nested
  class AConsumer {
    @Test
    void givesWhatItHasNotHandledToTheOthers() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      ConsumerRef<Integer, HeldConsumer<Integer>> leaver =
          start(Stage.consumer("leaver", () -> held).subscribeTo(numbers, Demand.max(20)));
      List<Integer> handled = Await.next(held.entered, leaver);
      leaver.stop();
      held.release(1);   // the turn that is running is finished
      assertThat(Await.end(leaver)).isEqualTo(STOPPED);
      ConsumerRef<Integer, QueueSink> heir =
          start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers));
      Await.end(heir);
      assertThat(held.handled).containsExactlyElementsOf(handled);
      assertThat(List.copyOf(events)).isEqualTo(IntStream.range(handled.size(), 100).boxed().toList());
      assertThat(numbers.snapshot().eventsReturned()).isZero();
    }

    @Test
    void hasWhatItHasNotHandledCountedIfItsProducerIsGone() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(10)));
      ConsumerRef<Integer, HeldConsumer<Integer>> leaver =
          start(Stage.consumer("leaver", () -> held).subscribeTo(numbers, Demand.max(20).min(17)));
      Await.end(numbers);
      int handled = Await.next(held.entered, leaver).size();
      leaver.stop();
      held.release(1);
      assertThat(Await.end(leaver)).isEqualTo(STOPPED);
      assertThat(numbers.snapshot().eventsReturned()).isEqualTo(10 - handled);
      scope.close();
      assertThat(scope.report().eventsReturned()).isEqualTo(10 - handled);
      assertThat(scope.report().stages()).singleElement().satisfies(last -> {
        assertThat(last.path()).isEqualTo("test/numbers");
        assertThat(last.eventsReturned()).isEqualTo(10 - handled);
      });
    }

    @Test
    void tellsItsBehaviourWhy() throws Exception {
      var sink = new QueueSink(events);
      ConsumerRef<Integer, QueueSink> ref = start(Stage.consumer("sink", () -> sink));
      ref.stop();
      Await.end(ref);
      assertThat(sink.stops).containsExactly(STOPPED);
      assertThat(sink.completions).isZero();
    }

    @Test
    void completesWithItsLastProducer() throws Exception {
      var sink = new QueueSink(events);
      ProducerRef<Integer, Numbers> first = start(Stage.producer("first", () -> new Numbers(3)));
      ProducerRef<Integer, Numbers> second = start(Stage.producer("second", () -> new Numbers(10, 13)));
      ConsumerRef<Integer, QueueSink> ref =
          start(Stage.consumer("sink", () -> sink).subscribeTo(first).subscribeTo(second));
      assertThat(Await.end(ref)).isEqualTo(COMPLETED);
      assertThat(sink.completions).isEqualTo(1);
      assertThat(sink.stops).containsExactly(COMPLETED);
      assertThat(events).containsExactlyInAnyOrder(0, 1, 2, 10, 11, 12);
    }

    @Test
    void mayStopItselfInTheMiddleOfItsEvents() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      StageContext[] context = new StageContext[1];
      ConsumerRef<Integer, Stage.Consumer<Integer>> taker =
          start(Stage.consumer("taker", numbers, () -> new Stage.Consumer<>() {
        @Override
        public void onStart(StageContext given) {
          context[0] = given;
        }

        @Override
        public void onEvents(List<Integer> batch, stage.api.Inlet<Integer> from) {
          events.addAll(batch);
          if (batch.contains(10)) context[0].stop();
        }
      }).withDemand(Demand.max(1)));
      assertThat(Await.end(taker)).isEqualTo(STOPPED);
      assertThat(List.copyOf(events)).isEqualTo(IntStream.rangeClosed(0, 10).boxed().toList());
    }
  }

  @Nested
  class AProducerConsumer {
    @Test
    void returnsItsInputAndDeliversItsOutput() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      ProducerConsumerRef<Integer, Integer, Relay> relay =
          start(Stage.producerConsumer("relay", numbers, Relay::new).withDemand(Demand.max(10)));
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> held).subscribeTo(relay, Demand.max(2)));
      Await.next(held.entered, consumer);
      relay.stop();
      held.letGo();
      assertThat(Await.end(relay)).isEqualTo(STOPPED);
      assertThat(Await.end(consumer)).isEqualTo(COMPLETED);
      ConsumerRef<Integer, QueueSink> heir =
          start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers));
      Await.end(heir);
      assertThat(
          IntStream.concat(held.handled.stream().mapToInt(i -> i), events.stream().mapToInt(i -> i)).boxed().toList())
          .isEqualTo(IntStream.range(0, 100).boxed().toList());
    }
  }

  @Nested
  class OnStop {
    @Test
    void f10_thatThrowsChangesNothing() throws Exception {
      var sink = start(Stage.consumer("sink", Integer.class, () -> new Stage.Consumer<>() {
        @Override
        public void onEvents(List<Integer> batch, stage.api.Inlet<Integer> from) {}

        @Override
        public void onStop(StopReason reason) {
          throw new IllegalStateException("onStop of a test");
        }
      }));
      sink.stop();
      assertThat(Await.end(sink)).isEqualTo(STOPPED);
      scope.close();
      assertThat(scope.report().isClean()).isTrue();
    }
  }
}
