package stage.runtime.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimerThreadTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final long NEVER_IDLE = TimeUnit.DAYS.toNanos(1);

  private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

  private void at(TimerThread timers, long nanos, String name) {
    timers.at(nanos, () -> ran.add(name));
  }

  @Test
  void runsActionsInTheOrderOfTheirTimesAndThenOfTheirComing() throws Exception {
    var timers = new TimerThread(NEVER_IDLE);
    long soon = System.nanoTime() + 50_000_000;
    at(timers, soon + 1, "third");
    at(timers, soon, "first");
    at(timers, soon, "second");
    assertThat(List.of(ran.take(), ran.take(), ran.take())).containsExactly("first", "second", "third");
  }

  @Test
  void wakesUpForOneThatIsDueBeforeAllOthers() throws Exception {
    var timers = new TimerThread(NEVER_IDLE);
    at(timers, System.nanoTime() + HOUR, "late");
    at(timers, System.nanoTime(), "now");
    assertThat(ran.take()).isEqualTo("now");
  }

  @Test
  void p27_losesNoneThatManyThreadsHandInAtOnce() throws Exception {
    var timers = new TimerThread(1);   // it ends, and is started again, all the time
    var left = new CountDownLatch(40_000);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(Thread.ofVirtual().start(() -> {
        for (int n = 0; n < 5_000; n++) timers.at(System.nanoTime() + n % 1000, left::countDown);
      }));
    }
    for (Thread thread : threads) thread.join();
    assertThat(left.await(50, TimeUnit.SECONDS)).as("%d of 40,000 were not run", left.getCount()).isTrue();
  }

  @Test
  void b04_cancelledOnesAreGoneSoon() throws Exception {
    var timers = new TimerThread(NEVER_IDLE);
    for (int i = 0; i < 100_000; i++) timers.at(System.nanoTime() + HOUR, () -> {}).cancel();
    at(timers, System.nanoTime(), "done");   // after all that was asked of it before
    assertThat(ran.take()).isEqualTo("done");
    assertThat(timers.kept()).isLessThan(1000);
  }

  @Test
  void b04_whileOthersStay() throws Exception {
    var timers = new TimerThread(NEVER_IDLE);
    long due = System.nanoTime() + 200_000_000;
    var runs = new AtomicInteger();
    for (int i = 0; i < 5_000; i++) {
      timers.at(due, runs::getAndIncrement);
      timers.at(due, () -> ran.add("cancelled")).cancel();
      timers.at(due, () -> ran.add("cancelled")).cancel();
    }
    at(timers, due + 1, "last");
    assertThat(ran.take()).isEqualTo("last");
    assertThat(runs).hasValue(5_000);
    assertThat(timers.kept()).isZero();
  }

  @Test
  void b45_endsWhenItIsIdleAndStartsAgain() throws Exception {
    var timers = new TimerThread(1_000_000);
    at(timers, System.nanoTime(), "one");
    assertThat(ran.take()).isEqualTo("one");
    Thread first = timers.thread();
    if (first != null) first.join();
    at(timers, System.nanoTime(), "two");
    assertThat(ran.take()).isEqualTo("two");
    Thread second = timers.thread();
    if (second != null) assertThat(second.getContextClassLoader()).isSameAs(TimerThread.class.getClassLoader());
  }

  @Test
  void b45_endsAlthoughOneThatIsFarAwayWasCancelled() throws Exception {
    var timers = new TimerThread(1_000_000);
    Time.Alarm far = timers.at(System.nanoTime() + 3_600_000_000_000L, () -> ran.add("never"));
    Thread running = timers.thread();
    far.cancel();
    assertThat(running.join(java.time.Duration.ofSeconds(60))).isTrue();
    assertThat(timers.kept()).isZero();
    at(timers, System.nanoTime(), "next");
    assertThat(ran.take()).isEqualTo("next");
  }
}
