package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.runtime.time.OwnThreads;

/** A cell's thread that does not come back from user code is replaced, and then comes back. */
class TakeOverTest {
  private static final long LIMIT_SECONDS = 30;

  private final HandSteps owner = new HandSteps();
  private volatile boolean hasNoThreads;
  private final OwnThreads time = new OwnThreads() {
    @Override
    protected Thread thread(String name, Runnable body) {
      if (hasNoThreads) throw new OutOfMemoryError("unable to create a thread");
      return super.thread(name, body);
    }
  };
  private final Semaphore made = new Semaphore(0);
  private final Cell<Stage.Consumer<Integer>> cell = Cell.of(Stage.consumer("sink", Integer.class, () -> {
    made.release();
    return (events, from) -> {};
  }), "test", new SubscriptionGraph(time), new CellOwner(owner, owner, owner));

  private void awaitBehaviour() throws InterruptedException {
    assertThat(made.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)).as("a behaviour was made").isTrue();
  }

  @Test
  void beforeThereIsAThreadToReplaceIt() throws Exception {
    var entered = new CountDownLatch(1);
    var left = new CountDownLatch(1);
    cell.driver().start();
    awaitBehaviour();
    cell.ref().cast(behaviour -> {
      entered.countDown();
      while (left.getCount() > 0) {
        try {
          left.await();
        } catch (InterruptedException notNow) {
          continue;
        }
      }
    });
    assertThat(entered.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    Thread old = cell.driver().thread();
    hasNoThreads = true;
    assertThatThrownBy(cell::takeOver).isInstanceOf(OutOfMemoryError.class);

    left.countDown();
    old.join();
    hasNoThreads = false;
    assertThat(cell.takeOver()).isSameAs(old);

    awaitBehaviour();
    cell.cancel();
    assertThat(cell.awaitEnd(TimeUnit.SECONDS.toNanos(LIMIT_SECONDS))).isTrue();
    assertThat(cell.threads().refused()).isOne();
  }
}
