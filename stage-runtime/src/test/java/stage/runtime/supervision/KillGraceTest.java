package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.DelegatingTime;
import stage.runtime.time.RealTime;
import stage.runtime.time.Uninterruptibly;

/** Each kill has a grace time of its own, which ends when the test says so. */
class KillGraceTest {
  private static final Duration GRACE = Duration.ofHours(1);

  @RegisterExtension final CapturedLog log = new CapturedLog();

  private final List<Runnable> graces = new CopyOnWriteArrayList<>();   // what happens at the end of each
  private final BlockingQueue<Thread> started = new LinkedBlockingQueue<>();
  private final CountDownLatch inCall = new CountDownLatch(1);
  private final CountDownLatch leaves = new CountDownLatch(1);

  private final class Worker implements Stage.Consumer<Integer> {
    @Override
    public void onStart(StageContext context) {
      started.add(Thread.currentThread());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}

    private void work() {
      inCall.countDown();
      Uninterruptibly.await(() -> {
        leaves.await();
        return null;
      });
    }
  }

  private Supervisor open() {
    var time = new DelegatingTime(new RealTime()) {
      @Override
      public Alarm at(long atNanos, Runnable action) {
        if (atNanos - nanos() < GRACE.toNanos() / 2) return super.at(atNanos, action);
        graces.add(action);
        return () -> {};
      }
    };
    return Scope.open(SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withGrace(GRACE),
        new SubscriptionGraph(time), new ScopeOwners());
  }

  /** {@return the thread of the second incarnation, which ignores that it is killed} */
  private Thread killedTwice(StageRef<Worker> worker) throws InterruptedException {
    Await.next(started, worker);
    worker.kill();
    Thread second = Await.next(started, worker);
    worker.cast(Worker::work);
    Await.open(inCall, worker);
    worker.kill();
    return second;
  }

  @Test
  void ofAnEarlierIncarnationTakesNoThreadFromTheNextOne() throws Exception {
    try (Supervisor scope = open()) {
      StageRef<Worker> worker = scope.start(Stage.consumer("worker", Integer.class, Worker::new));
      Thread second = killedTwice(worker);
      graces.getFirst().run();   // of the first kill, which was heeded
      leaves.countDown();
      assertThat(Await.next(started, worker)).as("the thread, which was not abandoned").isSameAs(second);
    } finally {
      leaves.countDown();
    }
    log.takeRestarts(2);
  }

  @Test
  void beginsAnewWhereTheNextIncarnationIsKilledToo() throws Exception {
    try (Supervisor scope = open()) {
      StageRef<Worker> worker = scope.start(Stage.consumer("worker", Integer.class, Worker::new));
      Thread second = killedTwice(worker);
      graces.getFirst().run();
      graces.getLast().run();
      assertThat(Await.next(started, worker)).as("the one in place of the stuck one").isNotSameAs(second);
      leaves.countDown();   // or closing would wait for that thread
    } finally {
      leaves.countDown();
    }
    log.take();
  }
}
