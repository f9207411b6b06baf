package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
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
import stage.api.StageSnapshot.Status;
import stage.api.StopReason;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class PauseTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  @Nested
  class APausedConsumer {
    @Test
    void takesNoEventsUntilItIsResumed() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.pause();
      sink.subscribeTo(numbers, Demand.max(4));
      Await.until(() -> sink.snapshot().inputs().getFirst().inFlight() == 4, "the lane is full", sink, numbers);
      Await.answered(sink);
      Await.answered(sink);   // as many chances to take a turn
      assertThat(events).isEmpty();
      assertThat(sink.snapshot().status()).isEqualTo(Status.PAUSED);
      sink.resume();
      assertThat(Await.next(100, events, sink)).isEqualTo(IntStream.range(0, 100).boxed().toList());
      assertThat(sink.snapshot().status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void finishesTheTurnThatIsRunning() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(10)));
      var consumer = start(Stage.consumer("held", () -> held).subscribeTo(numbers, Demand.max(2)));
      List<Integer> first = Await.next(held.entered, consumer);
      consumer.pause();
      held.release(1);
      Await.answered(consumer);
      assertThat(held.handled).containsExactlyElementsOf(first);
      assertThat(held.entered).isEmpty();
      held.letGo();
      consumer.resume();
      Await.end(consumer);
      assertThat(held.handled).hasSize(10);
    }

    @Test
    void endsWithAProducerThatFails() throws Exception {
      theScopeMayFail();
      var cause = new IllegalStateException("crash");
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.pause();
      sink.subscribeTo(numbers, Demand.max(4));
      Await.until(() -> sink.snapshot().inputs().getFirst().inFlight() == 4, "the lane is full", sink, numbers);
      numbers.cast(stage -> {
        throw cause;
      });
      assertThat(Await.end(sink)).isEqualTo(new StopReason.ProducerFailed("test/numbers", cause));
    }

    @Test
    void isResumedByTheCloseOfItsScope() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      sink.pause();
      sink.subscribeTo(numbers, Demand.max(4));
      Await.until(() -> sink.snapshot().inputs().getFirst().inFlight() == 4, "the lane is full", sink, numbers);
      scope.close();
      assertThat(events).startsWith(0, 1, 2, 3);
      assertThat(scope.report().isClean()).isTrue();
    }

    @Test
    void canBeStopped() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.pause();
      sink.stop();
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Stopped());
    }
  }

  @Nested
  class APausedProducer {
    @Test
    void isNotAskedUntilItIsResumed() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      idle.pause();
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      Await.answered(idle);
      assertThat(idle.<Integer>call(stage -> stage.calls)).isZero();
      idle.resume();
      Await.until(() -> calls(idle) == 1, "onDemand was called", idle);
      assertThat(idle.<Long>call(stage -> stage.demandSeen)).isEqualTo(1000);
    }

    @Test
    void remembersAWakeUp() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      Await.until(() -> calls(idle) == 1, "onDemand was called", idle);
      idle.pause();
      idle.call(stage -> {
        stage.context().wakeUp();
        return null;
      });
      Await.answered(idle);
      assertThat(calls(idle)).isEqualTo(1);
      idle.resume();
      Await.until(() -> calls(idle) == 2, "onDemand was called again", idle);
    }
  }

  @Nested
  class APausedGenerator {
    @Test
    void stopsAtItsNextEmitAndGoesOn() throws Exception {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        for (int i = 0; ; i++) out.emit(i);
      }));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator, Demand.max(8)));
      Await.next(10, events, generator);
      generator.pause();
      Await.answered(generator);   // it is in emit, and looks at the pause next
      long emitted = generator.snapshot().eventsEmitted();
      Await.answered(generator);
      Await.answered(generator);
      assertThat(generator.snapshot().eventsEmitted()).isEqualTo(emitted);
      generator.resume();
      assertThat(Await.next((int) emitted, events, generator, sink)).isSorted();
    }

    @Test
    void canBeStopped() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        emitting.countDown();
        while (true) out.emit(1);
      }));
      Await.open(emitting, generator);
      generator.pause();
      Await.answered(generator);
      generator.stop();
      assertThat(Await.end(generator)).isEqualTo(new StopReason.Stopped());
    }
  }

  @Nested
  class APausedProducerConsumer {
    @Test
    void holdsEventsBackAndLosesNone() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1000)));
      numbers.pause();   // so that the relay cannot be done before it was paused often enough
      ProducerConsumerRef<Integer, Integer, Relay> relay =
          start(Stage.producerConsumer("relay", numbers, Relay::new).withDemand(Demand.max(10)));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(relay, Demand.max(4)));
      for (int i = 0; i < 20; i++) {
        relay.pause();
        numbers.resume();
        Await.answered(relay);
        numbers.pause();
        Await.answered(numbers);
        relay.resume();
      }
      numbers.resume();
      Await.end(sink);
      assertThat(List.copyOf(events)).hasSize(1000).isSorted().doesNotHaveDuplicates();
    }
  }

  @Nested
  class Resuming {
    @Test
    void whatIsNotPausedChangesNothing() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.resume();
      Await.answered(sink);
      assertThat(sink.snapshot().status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void orPausingAnEndedStageChangesNothing() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.stop();
      Await.end(sink);
      sink.pause();
      sink.resume();
      assertThat(sink.snapshot().status()).isEqualTo(Status.ENDED);
    }
  }

  private static int calls(ProducerRef<Integer, Idle> idle) {
    try {
      return idle.<Integer>call(stage -> stage.calls);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
