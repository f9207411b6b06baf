package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.runtime.time.OwnThreads;

/** A generator has seen that it was told to stop before the interrupt for that is sent. */
class LateInterruptTest {
  private static final long LIMIT_SECONDS = 30;

  /** What tells it. */
  enum Request {
    STOP(Cell::stop),
    HOLD(cell -> cell.hold("test/other"));

    private final Consumer<Cell<?>> makes;

    Request(Consumer<Cell<?>> makes) {
      this.makes = makes;
    }
  }

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch isOnItsWay = new CountDownLatch(1);   // the cell's thread, to onStop
  private final CountDownLatch isSent = new CountDownLatch(1);
  private final CompletableFuture<Boolean> interruptedInOnStop = new CompletableFuture<>();

  private final class Looking implements Stage.Generator<Integer> {
    @Override
    public void generate(Outlet<Integer> out) throws InterruptedException {
      begun.countDown();
      told.await();
    }

    @Override
    public void onStop(StopReason reason) throws InterruptedException {
      isOnItsWay.countDown();
      isSent.await();
      interruptedInOnStop.complete(Thread.currentThread().isInterrupted());
    }
  }

  private final class Slow implements CellOwner.Services {
    private final ReentrantLock lock = new ReentrantLock();

    @Override
    public void interrupt(Cell<?> cell, Runnable tell) {
      lock.lock();
      try {
        tell.run();
        told.countDown();
        isOnItsWay.await();
        cell.driver().interrupt();
        isSent.countDown();
      } catch (InterruptedException impossible) {
        throw new AssertionError(impossible);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void awaitInterrupts() {
      isOnItsWay.countDown();
      lock.lock();
      lock.unlock();
    }
  }

  @ParameterizedTest
  @EnumSource
  void doesNotHitOnStop(Request request) throws Exception {
    var owner = new HandSteps();
    var cell = Cell.of(Stage.generator("numbers", Integer.class, Looking::new), "test",
        new SubscriptionGraph(new OwnThreads() {}), new CellOwner(owner, owner, new Slow()));
    cell.driver().start();
    assertThat(begun.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    request.makes.accept(cell);
    assertThat(interruptedInOnStop.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isFalse();
    cell.cancel();
    assertThat(cell.awaitEnd(TimeUnit.SECONDS.toNanos(LIMIT_SECONDS))).isTrue();
  }
}
