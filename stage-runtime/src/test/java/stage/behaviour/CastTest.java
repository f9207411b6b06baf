package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class CastTest extends StageTest {
  private final BlockingQueue<Integer> ran = new LinkedBlockingQueue<>();

  @Nested
  class AnIdleStage {
    @Test
    void runsCastsInTheirOrder() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      for (int i = 0; i < 5000; i++) {
        int number = i;
        sink.cast(stage -> ran.add(number));
      }
      assertThat(Await.next(5000, ran, sink)).isEqualTo(IntStream.range(0, 5000).boxed().toList());
    }

    @Test
    void runsACastBeforeALaterCallOfTheSameThread() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.cast(stage -> ran.add(1));
      sink.call(stage -> ran.add(2));
      assertThat(ran).containsExactly(1, 2);
    }

    @Test
    void runsThemWhilePaused() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.pause();
      sink.cast(stage -> ran.add(1));
      assertThat(Await.next(ran, sink)).isEqualTo(1);
    }

    @Test
    void refusesNull() {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      assertThatThrownBy(() -> sink.cast(null)).isInstanceOf(NullPointerException.class)
          .hasMessage("action must not be null");
      assertThatThrownBy(() -> idle.castEmit(null)).isInstanceOf(NullPointerException.class)
          .hasMessage("action must not be null");
    }

    @Test
    void mayCastToItself() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.cast(stage -> {
        sink.cast(again -> ran.add(2));
        ran.add(1);
      });
      assertThat(Await.next(2, ran, sink)).containsExactly(1, 2);
    }
  }

  @Nested
  class AFullMailbox {
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new).withMailbox(2));

    private void fill() throws InterruptedException {
      sink.cast(stage -> {
        held.countDown();
        release.await();
      });
      Await.open(held, sink);
      sink.cast(stage -> ran.add(1));
      sink.cast(stage -> ran.add(2));
    }

    @Test
    void makesACallerFromOutsideWait() throws Exception {
      fill();
      assertThat(sink.snapshot().mailbox()).isEqualTo(2);
      var caster = new Await.Other<Object>(() -> {
        sink.cast(stage -> ran.add(3));
        return null;
      });
      caster.blocks();
      release.countDown();
      caster.result(sink);
      assertThat(Await.next(3, ran, sink)).containsExactly(1, 2, 3);
    }

    @Test
    void letsGoOfACallerThatIsInterruptedAndForgetsItsAction() throws Exception {
      fill();
      var caster = new Await.Other<Object>(() -> {
        sink.cast(stage -> ran.add(3));
        return null;
      });
      caster.blocks();
      caster.thread().interrupt();
      assertThatThrownBy(() -> caster.result(sink)).isInstanceOf(InterruptedException.class);
      release.countDown();
      sink.call(stage -> ran.add(4));
      assertThat(ran).containsExactly(1, 2, 4);
    }

    @Test
    void refusesAllWhoWaitWhenTheStageEnds() throws Exception {
      theScopeMayFail();
      CountDownLatch crash = new CountDownLatch(1);
      sink.cast(stage -> {
        held.countDown();
        crash.await();
        throw new IOException("crash");
      });
      Await.open(held, sink);
      sink.cast(stage -> ran.add(1));
      sink.cast(stage -> ran.add(2));
      var first = new Await.Other<Object>(() -> {
        sink.cast(stage -> ran.add(3));
        return null;
      });
      var second = new Await.Other<Object>(() -> sink.call(stage -> ran.add(4)));
      first.blocks();
      second.blocks();
      crash.countDown();
      assertThatThrownBy(() -> first.result(sink)).isInstanceOf(StageEndedException.class);
      assertThatThrownBy(() -> second.result(sink)).isInstanceOf(StageEndedException.class);
      assertThat(ran).as("actions accepted before are dropped").isEmpty();
    }

    @Test
    void makesItsOwnThreadThrowRatherThanWait() {
      assertThatThrownBy(() -> sink.call(stage -> {
        while (true) sink.cast(again -> ran.add(1));
      })).isInstanceOf(CallFailedException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the mailbox of stage test/sink is full, and its own thread cannot wait for room");
    }

    @Test
    void hasRoomAgainAfterItsOwnThreadThrew() throws Exception {
      assertThatThrownBy(() -> sink.call(stage -> {
        while (true) sink.cast(again -> ran.add(1));
      })).isInstanceOf(CallFailedException.class);
      assertThat(Await.next(2, ran, sink)).containsExactly(1, 1);
      for (int i = 0; i < 10; i++) sink.cast(stage -> ran.add(2));
      assertThat(Await.next(10, ran, sink)).containsOnly(2);
      Await.until(() -> sink.snapshot().mailbox() == 0, "the mailbox is empty", sink);
    }
  }

  @Nested
  class AnActionThatThrows {
    @Test
    void f02_isACrashOfTheStage() throws Exception {
      theScopeMayFail();
      var cause = new IOException("crash");
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.cast(stage -> {
        throw cause;
      });
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Crashed(cause));
    }

    @Test
    void crashesAGeneratorThatWaitsForDemand() throws Exception {
      theScopeMayFail();
      var cause = new IOException("crash");
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        while (true) out.emit(1);
      }));
      generator.cast(stage -> {
        throw cause;
      });
      assertThat(Await.end(generator)).isEqualTo(new StopReason.Crashed(cause));
    }

    @Test
    void crashesAGeneratorThatCleansUpAndReturns() throws Exception {
      theScopeMayFail();
      CountDownLatch generating = new CountDownLatch(1);
      var cause = new IOException("crash");
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        generating.countDown();
        try {
          while (true) out.emit(1);
        } catch (java.util.concurrent.CancellationException asked) {
          ran.add(1);   // cleaned up
        }
      }));
      Await.open(generating, generator);
      generator.cast(stage -> {
        throw cause;
      });
      assertThat(Await.end(generator)).isEqualTo(new StopReason.Crashed(cause));
    }
  }

  @Nested
  class AnActionThatEmits {
    @Test
    void emitsWithoutDemandIntoTheBacklog() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      idle.castEmit((stage, out) -> {
        out.emit(1);
        out.emit(2);
      });
      Await.answered(idle);
      assertThat(idle.snapshot().backlog()).isEqualTo(2);
      start(Stage.consumer("sink", () -> new QueueSink(ran)).subscribeTo(idle));
      assertThat(Await.next(2, ran, idle)).containsExactly(1, 2);
    }

    @Test
    void worksOnAGeneratorToo() throws Exception {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        for (int i = 0; i < 3; i++) out.emit(i);
      }));
      generator.castEmit((stage, out) -> out.emit(100));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(ran)).subscribeTo(generator));
      Await.end(sink);
      assertThat(ran).containsExactlyInAnyOrder(0, 1, 2, 100).containsSubsequence(0, 1, 2);
    }

    @Test
    void onAGeneratorThatIsDrainingNeverFailsTheScope() throws Exception {
      CountDownLatch release = new CountDownLatch(1);
      CountDownLatch both = new CountDownLatch(2);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        for (int i = 0; i < 4; i++) out.emit(i);
      }));
      generator.pause();
      Stage.Consumer<Integer> held = (events, from) -> {
        both.countDown();
        release.await();
      };
      var first = start(Stage.consumer("a", generator, () -> (events, from) -> held.onEvents(events, from))
          .withDemand(stage.api.Demand.max(2)));
      var second = start(Stage.consumer("b", generator, () -> (events, from) -> held.onEvents(events, from))
          .withDemand(stage.api.Demand.max(2)));
      generator.resume();
      Await.open(both, generator, first, second);
      Await.until(() -> generator.snapshot().status() == stage.api.StageSnapshot.Status.DRAINING,
          "the generator drains", generator);
      generator.castEmit((stage, out) -> out.emit(100));
      release.countDown();
      assertThat(Await.end(generator)).isEqualTo(new StopReason.Completed());
      Await.end(first);
      Await.end(second);
    }
  }

  @Nested
  class AGeneratorThatDrains {
    @Test
    void runsCastsUpToItsEnd() throws Exception {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch finish = new CountDownLatch(1);
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        out.emit(0);
        begun.countDown();
        finish.await();
      }));
      BlockingQueue<Integer> other = new LinkedBlockingQueue<>();
      var first = start(Stage.consumer("a", () -> new QueueSink(ran)).subscribeTo(generator, stage.api.Demand.max(2)));
      var second =
          start(Stage.consumer("b", () -> new QueueSink(other)).subscribeTo(generator, stage.api.Demand.max(2)));
      Await.open(begun, generator);
      generator.cast(stage -> {   // runs after generate has returned: nothing looks at the mailbox before
        held.countDown();
        release.await();
      });
      finish.countDown();
      Await.open(held, generator);
      generator.castEmit((stage, out) -> out.emit(100));
      generator.cast(stage -> {});
      release.countDown();
      assertThat(Await.end(generator).isFailure()).isFalse();
      Await.end(first);
      Await.end(second);
    }
  }

  @Nested
  class AnEndedStage {
    @Test
    void refuses() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      numbers.stop();
      Await.end(numbers);
      assertThatThrownBy(() -> numbers.cast(stage -> {})).isInstanceOf(StageEndedException.class)
          .hasMessageContaining("test/numbers has ended: Stopped");
      assertThatThrownBy(() -> numbers.castEmit((stage, out) -> {})).isInstanceOf(StageEndedException.class);
    }

    @Test
    void f36_refusesEventsFromOutsideEachTime() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      numbers.stop();
      Await.end(numbers);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> Await.result(() -> {
          numbers.emit(1);
          return null;
        }, numbers)).isInstanceOf(StageEndedException.class);
      }
    }
  }
}
