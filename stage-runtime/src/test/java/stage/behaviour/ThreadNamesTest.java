package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageRef;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class ThreadNamesTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  private static Thread threadOf(StageRef<?> ref) throws InterruptedException {
    return ref.<Thread>call(stage -> Thread.currentThread());
  }

  private static void parksIn(Thread thread, String method, String blocker, StageRef<?> ref) {
    Await.until(() -> Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals(method)),
        thread.getName() + " parks in " + method, ref);
    Await.until(() -> blocker.equals(ref.snapshot().awaiting()), "the snapshot says " + blocker, ref);
    Await.until(() -> blocker.equals(String.valueOf(LockSupport.getBlocker(thread))), "the blocker is " + blocker, ref);
  }

  @Nested
  class AName {
    @Test
    void tellsPathAndIncarnation() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThat(threadOf(sink).getName()).isEqualTo("stage:test/sink#1");
      sink.replace(QueueSink::new);
      sink.replace(QueueSink::new);
      assertThat(threadOf(sink).getName()).isEqualTo("stage:test/sink#3");
    }

    @Test
    void isThereBeforeTheStageHasStarted() {
      BlockingQueue<String> names = new LinkedBlockingQueue<>();
      start(Stage.consumer("sink", () -> {
        names.add(Thread.currentThread().getName());
        return new QueueSink();
      }));
      assertThat(names).containsExactly("stage:test/sink#1");
    }

    @Test
    void isThatOfAPlatformThreadToo() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new).onPlatformThread());
      assertThat(threadOf(sink).getName()).isEqualTo("stage:test/sink#1");
    }
  }

  @Nested
  class AStageThatWaits {
    @Test
    void forEventsSaysSo() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new).subscribeTo(idle));
      parksIn(threadOf(sink), "awaitEvents", "EVENTS", sink);
    }

    @Test
    void forDemandSaysSo() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      parksIn(threadOf(numbers), "awaitDemand", "DEMAND", numbers);
    }

    @Test
    void forDemandInEmitSaysSo() throws Exception {
      BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        threads.add(Thread.currentThread());
        out.emit(1);
      }));
      Thread thread = Await.next(threads, generator);
      parksIn(thread, "awaitDemand", "DEMAND", generator);
      assertThat(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("emit"));
    }

    @Test
    void forMailBecauseItIsPausedSaysSo() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      numbers.pause();
      parksIn(threadOf(numbers), "awaitMail", "MAIL", numbers);
    }

    @Test
    void forMailBecauseItHasNoSubscriptionSaysSo() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      parksIn(threadOf(sink), "awaitMail", "MAIL", sink);
    }

    @Test
    void forSettlementSaysSo() throws Exception {
      var first = new HeldConsumer<Integer>();
      var second = new HeldConsumer<Integer>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      Thread thread = threadOf(idle);
      var a = start(Stage.consumer("a", idle, () -> first).withDemand(Demand.max(2)));
      var b = start(Stage.consumer("b", idle, () -> second).withDemand(Demand.max(2)));
      idle.castEmit((stage, out) -> {
        out.emit(1);
        out.emit(2);
      });
      Await.next(first.entered, a);
      Await.next(second.entered, b);
      idle.stop();
      parksIn(thread, "awaitSettlement", "SETTLEMENT", idle);
      first.letGo();
      second.letGo();
      Await.end(idle);
    }

    @Test
    void inUserCodeIsRunning() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1)));
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> held).subscribeTo(numbers));
      Await.next(held.entered, consumer);
      assertThat(consumer.snapshot().awaiting()).isEqualTo("RUNNING");
      held.letGo();
    }
  }

  @Nested
  class AThread {
    private final InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();

    @Test
    void f47_sec17_inheritsNoThreadLocals() throws Exception {
      inherited.set("of the starter");
      try {
        ConsumerRef<Integer, QueueSink> virtual = start(Stage.consumer("virtual", QueueSink::new));
        ConsumerRef<Integer, QueueSink> platform = start(Stage.consumer("platform", QueueSink::new).onPlatformThread());
        assertThat(virtual.<String>call(stage -> inherited.get())).isNull();
        assertThat(platform.<String>call(stage -> inherited.get())).isNull();
      } finally {
        inherited.remove();
      }
    }

    @Test
    void staysTheSameOverReplacements() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      Thread first = threadOf(sink);
      sink.replace(() -> new QueueSink(events));
      assertThat(threadOf(sink)).isSameAs(first);
    }

    @Test
    void f16_doesNotCarryAnInterruptFromTurnToTurn() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      sink.call(stage -> {
        Thread.currentThread().interrupt();
        return null;
      });
      assertThat(sink.<Boolean>call(stage -> Thread.currentThread().isInterrupted())).isFalse();
      assertThat(sink.isAlive()).isTrue();
    }

    @Test
    void f16_s58_doesNotCarryAnInterruptFromBatchToBatch() throws Exception {
      class Leftover implements Stage.Consumer<Integer> {
        @Override
        public void onEvents(List<Integer> batch, Inlet<Integer> from) throws InterruptedException {
          new Semaphore(1).acquire();   // throws if the flag is set
          events.addAll(batch);
          Thread.currentThread().interrupt();
        }
      }
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, Leftover> consumer =
          start(Stage.consumer("leftover", idle, Leftover::new).withDemand(Demand.max(2)));
      consumer.pause();
      for (int i = 0; i < 2; i++) idle.emit(i);
      consumer.resume();   // both batches are there, so it does not park between them, which clears the flag too
      assertThat(Await.next(2, events, consumer)).containsExactly(0, 1);
    }

    @Test
    void f17_thatIsInterruptedWhileItWaitsGoesOn() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle));
      Thread thread = threadOf(sink);
      parksIn(thread, "awaitEvents", "EVENTS", sink);
      for (int i = 0; i < 10; i++) thread.interrupt();
      idle.emit(1);
      assertThat(Await.next(events, sink)).isEqualTo(1);
    }

    @Test
    void f17_thatIsInterruptedInItsOwnCodeCrashes() throws Exception {
      theScopeMayFail();
      CountDownLatch entered = new CountDownLatch(1);
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      Thread thread = threadOf(sink);
      sink.cast(stage -> {
        entered.countDown();
        new CountDownLatch(1).await();
      });
      Await.open(entered, sink);
      thread.interrupt();
      assertThat(Await.end(sink)).isInstanceOfSatisfying(stage.api.StopReason.Crashed.class,
          crashed -> assertThat(crashed.cause()).isInstanceOf(InterruptedException.class));
    }
  }
}
