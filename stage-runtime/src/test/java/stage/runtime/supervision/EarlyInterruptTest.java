package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.ConsumerRef;
import stage.api.RunningEvent;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.DelegatingTime;
import stage.runtime.time.RealTime;
import stage.runtime.time.TaskThread;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/** An event is interrupted when a thread has it already, and has not begun with it. */
class EarlyInterruptTest {
  @RegisterExtension final CapturedLog log = new CapturedLog();

  private final CountDownLatch has = new CountDownLatch(1);     // a thread has the event
  private final CountDownLatch begins = new CountDownLatch(1);  // and may begin
  private final BlockingQueue<Boolean> found = new LinkedBlockingQueue<>();

  private void hold() {
    has.countDown();
    Uninterruptibly.await(() -> {
      begins.await();
      return null;
    });
  }

  private static Supervisor open(Time time) {
    return Scope.open(SupervisorSpec.of("test").withShutdown(Duration.ZERO).withGrace(Duration.ofMinutes(1)),
        new SubscriptionGraph(time), new ScopeOwners());
  }

  private ConsumerRef<Integer, ?> mailer(Supervisor scope, int events) {
    var numbers = scope.start(Stage.ofIterable("numbers", IntStream.range(0, events).boxed().toList()));
    return scope.start(Stage.perEvent("mailer", numbers, 1, event -> {
      if (has.getCount() == 0) found.add(Thread.currentThread().isInterrupted());
    }).withDeadLetters(letter -> {}));
  }

  /** Its threads clear their flag at the last moment, since it may be left over from the event before. */
  private final class Forgetful extends DelegatingTime {
    Forgetful() {
      super(new RealTime());
    }

    @Override
    public TaskThread taskThread(String name, TaskThread.Work work) {
      return super.taskThread(name, new TaskThread.Work() {
        @Override
        public boolean runOne() {
          hold();
          Thread.interrupted();
          return work.runOne();
        }

        @Override
        public void end() {
          work.end();
        }
      });
    }
  }

  @Test
  void oneThatIsGivenUpWhileItsThreadForgetsTheInterruptOfAnotherIsInterrupted() throws Exception {
    try (Supervisor scope = open(new Forgetful())) {
      ConsumerRef<Integer, ?> mailer = mailer(scope, 1);
      Await.open(has, mailer);
      List<? extends RunningEvent<?>> running = mailer.running();
      assertThat(running).hasSize(1);
      running.getFirst().giveUp();
      begins.countDown();
      Await.end(mailer);
    } finally {
      begins.countDown();
    }
    assertThat(found).containsExactly(true);
    log.take();
  }

  /** The first of its threads that takes an event from the line looks at the clock for a long time. */
  private final class Slow extends DelegatingTime {
    Slow() {
      super(new RealTime());
    }

    @Override
    public long nanos() {
      if (Thread.currentThread().getName().contains("mailer#1/")) hold();
      return super.nanos();
    }
  }

  @Test
  void oneThatIsLeftWhileAThreadTakesItFromTheLineIsInterrupted() throws Exception {
    try (Supervisor scope = open(new Slow())) {
      ConsumerRef<Integer, ?> mailer = mailer(scope, 1000);
      Await.open(has, mailer);
      Thread.ofVirtual().start(() -> Uninterruptibly.await(() -> {
        mailer.join();
        begins.countDown();
        return null;
      }));
    } finally {
      begins.countDown();
    }
    assertThat(found).containsExactly(true);
    log.take();
  }
}
