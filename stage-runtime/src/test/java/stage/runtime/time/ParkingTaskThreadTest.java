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
  private final BlockingQueue<Runnable> pieces = new LinkedBlockingQueue<>();
  private int following;   // so many that its thread goes on with by itself; that thread, and before it starts the test
  private final TaskThread task = new RealTime().taskThread("task", new TaskThread.Work() {
    @Override
    public boolean runOne() {
      pieces.remove().run();
      return following-- > 0;
    }

    @Override
    public void end() {
      ended.countDown();
    }
  });

  private void hand(Runnable piece) {
    pieces.add(piece);
    task.hand();
  }

  @AfterEach
  void itEnds() throws InterruptedException {
    task.dismiss();
    Await.open(ended);
    task.thread().join();
  }

  private void run() throws InterruptedException {
    hand(() -> ran.add(Thread.currentThread()));
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
  void goesOnAtOnceIfThereIsAnother() throws Exception {
    following = 2;
    for (int i = 0; i < 3; i++) pieces.add(() -> ran.add(Thread.currentThread()));
    task.hand();
    assertThat(Await.next(3, ran)).containsOnly(task.thread());
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
    hand(() -> {
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
    hand(() -> {
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
