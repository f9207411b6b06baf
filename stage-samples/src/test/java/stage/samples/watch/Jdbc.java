package stage.samples.watch;

import java.util.concurrent.CountDownLatch;

/** A database that does not answer. */
final class Jdbc {
  private final CountDownLatch answer = new CountDownLatch(1);

  /** Waits for an answer. */
  void execute() throws InterruptedException {
    answer.await();
  }

  void answer() {
    answer.countDown();
  }
}
