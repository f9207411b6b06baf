package stage.runtime.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import stage.behaviour.support.Await;
import stage.runtime.time.DelegatingTime;
import stage.runtime.time.RealTime;
import stage.runtime.time.Uninterruptibly;

class TimeLimitTest {
  /** Interrupts only when the thread waits for that, or is through. */
  private static final class LateInterrupts extends DelegatingTime {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch through = new CountDownLatch(1);
    private final CountDownLatch sent = new CountDownLatch(1);

    LateInterrupts() {
      super(new RealTime());
    }

    @Override
    public void interrupt(Thread task) {
      begun.countDown();
      Await.until(() -> task.getState() == Thread.State.WAITING || through.getCount() == 0, "it waits, or is through");
      task.interrupt();
      sent.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    Uninterruptibly.await(() -> {
      latch.await();
      return null;
    });
  }

  @Test
  void anInterruptThatIsUnderWayHitsNothingThatFollows() throws Exception {
    var time = new LateInterrupts();
    boolean[] found = new boolean[2];
    Thread limited = Thread.ofVirtual().unstarted(() -> {
      var limit = new TimeLimit(time, Thread.currentThread(), 1, () -> false, () -> {});
      await(time.begun);
      found[0] = limit.end();
      time.through.countDown();
      await(time.sent);
      found[1] = Thread.interrupted();
    });
    limited.start();
    limited.join();
    assertThat(found[0]).as("it was too late").isTrue();
    assertThat(found[1]).as("an interrupt that comes afterwards").isFalse();
  }
}
