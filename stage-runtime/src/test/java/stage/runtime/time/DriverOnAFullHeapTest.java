package stage.runtime.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** F5: what carries stages and timers, while there is no place in the heap. */
class DriverOnAFullHeapTest {
  private static final long LIMIT_SECONDS = 60;

  private final AtomicInteger failures = new AtomicInteger();

  private void maybeFail() {
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) throw new OutOfMemoryError("full");
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  /** Waits for a time, and is done when that has come. */
  private static final class Sleeper implements StepMachine {
    private final long dueNanos;
    private volatile boolean hasWokenUp;

    Sleeper(long dueNanos) {
      this.dueNanos = dueNanos;
    }

    @Override
    public WaitState step(long nowNanos) {
      if (!isReady(nowNanos)) return new WaitState.Timer(WaitState.Kind.MAIL, dueNanos);
      hasWokenUp = true;
      return WaitState.Kind.DONE;
    }

    @Override
    public boolean isReady(long nowNanos) {
      return nowNanos - dueNanos >= 0;
    }

    @Override
    public boolean keepsTime() {
      return true;
    }

    @Override
    public String threadName() {
      return "sleeper";
    }
  }

  @Test
  void f05_aCarrierThatCannotSetItsAlarmLooksAgain() throws Exception {
    var time = new OwnThreads() {
      @Override
      public Alarm at(long atNanos, Runnable action) {
        maybeFail();
        return super.at(atNanos, action);
      }
    };
    failures.set(3);
    var sleeper = new Sleeper(time.nanos() + 20_000_000);
    Driver driver = time.driver(sleeper, false);
    driver.start();
    assertThat(time.awaitEnd(driver, TimeUnit.SECONDS.toNanos(LIMIT_SECONDS))).isTrue();
    assertThat(sleeper.hasWokenUp).isTrue();
  }

  @Test
  void f05_anActionThatFindsNoMemoryIsRunAgain() throws Exception {
    var time = new RealTime();
    var ran = new CountDownLatch(1);
    failures.set(3);
    time.at(time.nanos(), () -> {
      maybeFail();
      ran.countDown();
    });
    await(ran);
  }

  @Test
  void f05_anActionThatFailsKeepsNoOtherFromItsTime() throws Exception {
    var time = new RealTime();
    var started = new CountDownLatch(1);
    var told = new AtomicReference<Throwable>();
    time.at(time.nanos(), () -> {
      Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> told.set(thrown));
      started.countDown();
      throw new IllegalStateException("broken");
    });
    await(started);
    var ran = new CountDownLatch(1);
    time.at(time.nanos(), ran::countDown);
    await(ran);
    assertThat(told.get()).hasMessage("broken");
  }

  @Test
  void f05_norDoesOneWhoseFailureNobodyCanBeTold() throws Exception {
    var time = new RealTime();
    var started = new CountDownLatch(1);
    time.at(time.nanos(), () -> {
      Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
        throw new IllegalStateException("the handler is broken too");
      });
      started.countDown();
      throw new IllegalStateException("broken");
    });
    await(started);
    var ran = new CountDownLatch(1);
    time.at(time.nanos(), ran::countDown);
    await(ran);
  }
}
