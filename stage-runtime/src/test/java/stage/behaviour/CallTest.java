package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class CallTest extends StageTest {
  @Nested
  class AnIdleStage {
    private final ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));

    @Test
    void answersOnItsOwnThread() throws Exception {
      assertThat(sink.<String>call(stage -> Thread.currentThread().getName())).isEqualTo("stage:test/sink#1");
    }

    @Test
    void answersWithItsCurrentBehaviour() throws Exception {
      var second = new QueueSink();
      sink.replace(() -> second);
      assertThat(sink.<QueueSink>call(stage -> stage)).isSameAs(second);
    }

    @Test
    void mayAnswerNull() throws Exception {
      assertThat(sink.<Object>call(stage -> null)).isNull();
    }

    @Test
    void answersInTimeToo() throws Exception {
      assertThat(sink.<Integer>call(Duration.ofDays(100_000_000), stage -> 7)).isEqualTo(7);
    }

    @Test
    void answersWhilePaused() throws Exception {
      sink.pause();
      assertThat(sink.<Integer>call(stage -> 7)).isEqualTo(7);
    }

    @Test
    void answersManyThreadsOneAtATime() throws Exception {
      int[] sum = {0};
      var others = new java.util.ArrayList<Await.Other<Object>>();
      for (int i = 0; i < 50; i++) others.add(new Await.Other<>(() -> sink.<Object>call(stage -> sum[0]++)));
      for (var other : others) other.result(sink);
      assertThat(sink.<Integer>call(stage -> sum[0])).isEqualTo(50);
    }

    @Test
    void refusesNull() {
      assertThatThrownBy(() -> sink.call(null)).isInstanceOf(NullPointerException.class)
          .hasMessage("function must not be null");
      assertThatThrownBy(() -> sink.call(null, stage -> 1)).isInstanceOf(NullPointerException.class)
          .hasMessage("timeout must not be null");
    }

    @Test
    void refusesATimeoutOfNothing() {
      assertThatThrownBy(() -> sink.call(Duration.ZERO, stage -> 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("timeout must be above zero, but was PT0S");
    }
  }

  @Nested
  class AFunctionThatThrows {
    private final ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));

    @Test
    void f02_isItsCallersProblem() throws Exception {
      var cause = new IOException("disk on fire");
      CallFailedException failed = catchThrowableOfType(CallFailedException.class, () -> sink.call(stage -> {
        throw cause;
      }));
      assertThat(failed).hasCause(cause).hasMessageMatching("a call to stage test/sink threw java\\.io\\.IOException:"
          + " disk on fire \\(CallTest\\.java:\\d+\\); the stage goes on");
      assertThat(failed.path()).isEqualTo("test/sink");
      assertThat(sink.<Integer>call(stage -> stage.context.incarnation())).isEqualTo(1);
    }

    @Test
    void f03_mayThrowAnError() throws Exception {
      var cause = new AssertionError("wrong");
      assertThatThrownBy(() -> sink.call(stage -> {
        throw cause;
      })).isInstanceOf(CallFailedException.class).cause().isSameAs(cause);
      Await.answered(sink);
      assertThat(sink.isAlive()).isTrue();
    }

    @Test
    void takesBackWhatItEmitted() throws Exception {
      BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      start(Stage.consumer("out", () -> new QueueSink(events)).subscribeTo(idle));
      Await.until(() -> call(idle, stage -> stage.out != null), "there was demand", idle);
      assertThatThrownBy(() -> idle.call(stage -> {
        stage.out.emit(1);
        throw new IOException("no");
      })).isInstanceOf(CallFailedException.class);
      idle.call(stage -> {
        stage.out.emit(2);
        return null;
      });
      assertThat(Await.next(events, idle)).isEqualTo(2);
      assertThat(idle.snapshot().eventsEmitted()).isEqualTo(1);
    }
  }

  @Nested
  class ABusyStage {
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));

    private void hold() throws InterruptedException {
      sink.cast(stage -> {
        held.countDown();
        release.await();
      });
      Await.open(held, sink);
    }

    @Test
    void timesOutItsCallerAndDoesNotRunTheFunctionAnyMore() throws Exception {
      hold();
      var ran = new java.util.concurrent.atomic.AtomicBoolean();
      assertThatThrownBy(() -> sink.call(Duration.ofNanos(1), stage -> {
        ran.set(true);
        return 1;
      })).isInstanceOf(TimeoutException.class).hasMessageContaining("stage test/sink has not answered in time");
      release.countDown();
      Await.answered(sink);
      assertThat(ran).isFalse();
    }

    @Test
    void letsGoOfACallerThatIsInterrupted() throws Exception {
      hold();
      var caller = new Await.Other<Object>(() -> sink.call(stage -> 1));
      caller.blocks();
      caller.thread().interrupt();
      assertThatThrownBy(() -> caller.result(sink)).isInstanceOf(InterruptedException.class);
      release.countDown();
    }

    @Test
    void answersInTheOrderOfTheCalls() throws Exception {
      hold();
      BlockingQueue<Integer> order = new LinkedBlockingQueue<>();
      var first = new Await.Other<Object>(() -> sink.<Object>call(stage -> order.add(1)));
      first.blocks();
      var second = new Await.Other<Object>(() -> sink.<Object>call(stage -> order.add(2)));
      second.blocks();
      release.countDown();
      first.result(sink);
      second.result(sink);
      assertThat(order).containsExactly(1, 2);
    }

    @Test
    void thatCrashesRefusesWhoWaits() throws Exception {
      theScopeMayFail();
      var cause = new IOException("crash");
      CountDownLatch queued = new CountDownLatch(1);
      sink.cast(stage -> {
        held.countDown();
        queued.await();
        throw cause;
      });
      Await.open(held, sink);
      var caller = new Await.Other<Object>(() -> sink.call(stage -> 1));
      caller.blocks();
      queued.countDown();
      assertThatThrownBy(() -> caller.result(sink)).isInstanceOf(StageEndedException.class).hasCause(cause)
          .hasMessageContaining("test/sink");
    }
  }

  @Nested
  class AnEndedStage {
    @Test
    void refusesAndSaysWhyItEnded() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.stop();
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Stopped());
      StageEndedException ended = catchThrowableOfType(StageEndedException.class, () -> sink.call(stage -> 1));
      assertThat(ended).hasMessageStartingWith("stage test/sink has ended: Stopped");
      assertThat(ended.path()).isEqualTo("test/sink");
    }

    @Test
    void refusesAgainAndAgain() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new).withMailbox(1));
      sink.stop();
      Await.end(sink);
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> Await.result(() -> sink.call(stage -> 1), sink))
            .isInstanceOf(StageEndedException.class);
      }
    }
  }

  @Nested
  class TheOwnThread {
    @Test
    void cannotCallItself() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThatThrownBy(() -> sink.call(stage -> sink.call(inner -> 1)))
          .isInstanceOf(CallFailedException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("on stage test/sink would wait for itself");
    }

    @Test
    void cannotJoinItself() {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThatThrownBy(() -> sink.call(stage -> sink.join()))
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "join() on stage test/sink would wait for itself, because it was called on the stage's own thread");
    }

    @Test
    void cannotReplaceItself() {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThatThrownBy(() -> sink.call(stage -> {
        sink.replace(QueueSink::new);
        return null;
      })).cause().isInstanceOf(IllegalStateException.class).hasMessageContaining("would wait for itself");
    }
  }

  @Nested
  class AGenerator {
    @Test
    void answersWhileItWaitsForDemand() throws Exception {
      CountDownLatch emitting = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        emitting.countDown();
        for (int i = 0; ; i++) out.emit(i);
      }));
      Await.open(emitting, generator);
      assertThat(generator.<String>call(stage -> Thread.currentThread().getName())).isEqualTo("stage:test/gen#1");
    }

    @Test
    void answersBetweenTwoEvents() throws Exception {
      BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
      int[] next = {0};
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        while (true) out.emit(next[0]++);
      }));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator, Demand.max(2)));
      Await.next(100, events, generator);
      int seen = generator.<Integer>call(stage -> next[0]);
      assertThat(Await.next(seen, events, generator)).isSorted();
    }

    @Test
    void goesOnAfterAFailedCall() throws Exception {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        while (true) out.emit(1);
      }));
      assertThatThrownBy(() -> generator.call(stage -> {
        throw new IOException("no");
      })).isInstanceOf(CallFailedException.class);
      BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      assertThat(Await.next(events, generator)).isEqualTo(1);
    }
  }

  private static <S, R> R call(stage.api.StageRef<S> ref, stage.api.StageFunction<S, R> function) {
    try {
      return ref.call(function);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
