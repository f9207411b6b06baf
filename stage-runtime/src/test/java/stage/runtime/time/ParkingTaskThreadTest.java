package stage.runtime.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stage.behaviour.support.Await;

class ParkingTaskThreadTest {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
  private final TaskThread task = new RealTime().taskThread("task", ended::countDown);

  @AfterEach
  void itEnds() throws InterruptedException {
    task.dismiss();
    Await.open(ended);
    task.thread().join();
  }

  private void run() throws InterruptedException {
    task.hand(() -> ran.add(Thread.currentThread()));
    assertThat(Await.next(ran)).isSameAs(task.thread());
  }

  private void isWaiting() {
    Await.until(() -> task.thread().getState() == Thread.State.WAITING, "it waits");
  }

  @Test
  void runsWhatItIsHandedOnTheSameThread() throws Exception {
    for (int i = 0; i < 1000; i++) run();
    assertThat(task.thread().isVirtual()).isTrue();
    assertThat(task.thread().getName()).isEqualTo("task");
  }

  @Test
  void forgetsAnInterruptWhileItWaits() throws Exception {
    run();
    isWaiting();
    task.thread().interrupt();
    Await.until(() -> !task.thread().isInterrupted(), "the flag is cleared");
    isWaiting();
    run();
  }

  @Test
  void keepsAnInterruptThatIsMeantForWhatItWasHanded() throws Exception {
    run();
    var begin = new CountDownLatch(1);
    var found = new LinkedBlockingQueue<Boolean>();
    var isRunning = new CountDownLatch(1);
    task.hand(() -> {
      isRunning.countDown();
      Uninterruptibly.await(() -> {
        begin.await();
        return null;
      });
      found.add(Thread.interrupted());
    });
    Await.open(isRunning);
    task.thread().interrupt();
    begin.countDown();
    assertThat(Await.next(found)).isTrue();
  }

  @Test
  void endsWhenItsPieceIsOverIfItWasDismissedMeanwhile() throws Exception {
    var release = new CountDownLatch(1);
    var isRunning = new CountDownLatch(1);
    task.hand(() -> {
      isRunning.countDown();
      Uninterruptibly.await(() -> {
        release.await();
        return null;
      });
      ran.add(Thread.currentThread());
    });
    Await.open(isRunning);
    task.dismiss();
    assertThat(ended.getCount()).isEqualTo(1);
    release.countDown();
    Await.next(ran);
  }
}
