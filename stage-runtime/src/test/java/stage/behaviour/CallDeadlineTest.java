package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Inlet;
import stage.api.Stage;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

/** What happens to calls that nobody answers: they end in time, leave nothing behind, and never wait in a circle. */
class CallDeadlineTest {
  @Nested
  class AStuckStageWithASmallMailbox extends StageTest {
    private final CountDownLatch release = new CountDownLatch(1);
    private final ConsumerRef<Integer, QueueSink> stuck = start(Stage.consumer("stuck", QueueSink::new).withMailbox(2));
    private final AtomicInteger ran = new AtomicInteger();

    @BeforeEach
    void getStuck() throws InterruptedException {
      CountDownLatch held = new CountDownLatch(1);
      stuck.cast(stage -> {
        held.countDown();
        release.await();
      });
      Await.open(held, stuck);
    }

    private Await.Other<Integer> callWithin(Duration limit) {
      return new Await.Other<>(() -> stuck.<Integer>call(limit, stage -> ran.incrementAndGet()));
    }

    @Test
    void b01_timesOutEachOfAnyNumberOfCalls() throws Exception {
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> callWithin(Duration.ofMillis(1)).result(stuck)).isInstanceOf(TimeoutException.class);
      }
      assertThat(stuck.snapshot().mailbox()).as("what gave up has left").isZero();
      release.countDown();
      Await.answered(stuck);
      assertThat(ran).as("of the calls that gave up").hasValue(0);
    }

    @Test
    void b01_timesOutACallThatFindsTheMailboxFull() throws Exception {
      for (int i = 0; i < 2; i++) stuck.cast(stage -> {});
      assertThatThrownBy(() -> callWithin(Duration.ofMillis(1)).result(stuck))
          .isInstanceOf(TimeoutException.class)
          .hasMessageStartingWith(
              "stage test/stuck has not answered in time, because its mailbox of 2 is full; it is RUNNING");
      release.countDown();
    }

    @Test
    void b01_keepsThoseThatWaitInOrderWhenOneBetweenThemGivesUp() throws Exception {
      var first = callWithin(Duration.ofDays(1));
      Await.until(() -> stuck.snapshot().mailbox() == 1, "the first call waits", stuck);
      var second = new Await.Other<Object>(() -> stuck.<Object>call(stage -> ran.incrementAndGet()));
      Await.until(() -> stuck.snapshot().mailbox() == 2, "the second call waits", stuck);
      second.thread().interrupt();
      assertThatThrownBy(() -> second.result(stuck)).isInstanceOf(InterruptedException.class);
      var third = callWithin(Duration.ofDays(1));
      Await.until(() -> stuck.snapshot().mailbox() == 2, "the third call has the place of the second", stuck);
      release.countDown();
      assertThat(first.result(stuck)).isEqualTo(1);
      assertThat(third.result(stuck)).isEqualTo(2);
    }

    @Test
    void b01_withdrawsAReplacementThatNobodyWaitsForAnyMore() throws Exception {
      var before = new Await.Other<Object>(() -> {
        stuck.replace(QueueSink::new);
        return null;
      });
      before.blocks();
      before.thread().interrupt();
      assertThatThrownBy(() -> before.result(stuck)).isInstanceOf(InterruptedException.class);
      release.countDown();
      assertThat(stuck.<Boolean>call(stage -> stage.stops.isEmpty())).as("it is still the first behaviour").isTrue();
    }
  }

  /** Asks another stage, once the test lets it. */
  private static final class Asker implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(java.util.List<Integer> events, Inlet<Integer> from) {}
  }

  @Nested
  class StagesThatCallEachOther extends CrashTest {
    private final ConsumerRef<Integer, Asker> one = start(Stage.consumer("one", Asker::new));
    private final ConsumerRef<Integer, Asker> two = start(Stage.consumer("two", Asker::new));
    private final ConsumerRef<Integer, Asker> three = start(Stage.consumer("three", Asker::new));

    @Test
    void b25_areToldWhoWaitsForWhom() {
      assertThatThrownBy(() -> Await.result(() -> one.call(a -> two.call(b -> one.call(c -> 1))), one, two))
          .rootCause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "call() on stage test/one would never end: stage test/two would wait for test/one, which waits for test/two; use cast(), and let the"
              + " answer come back as a cast");
    }

    @Test
    void b25_areToldSoInALargerCircle() {
      assertThatThrownBy(
          () -> Await.result(() -> one.call(a -> two.call(b -> three.call(c -> one.call(d -> 1)))), one, two, three))
          .rootCause()
          .hasMessageContaining(
              "stage test/three would wait for test/one, which waits for test/two, which waits for test/three");
    }

    @Test
    void b25_areToldSoWithATimeoutToo() {
      assertThatThrownBy(() -> Await.result(
          () -> one.call(a -> two.call(Duration.ofDays(1), b -> one.call(Duration.ofDays(1), c -> 1))), one, two))
          .rootCause()
          .hasMessageContaining("test/two would wait for test/one");
    }

    @Test
    void b25_areToldSoWhereOneWaitsForTheEndOfTheOther() {
      assertThatThrownBy(() -> Await.result(() -> one.call(a -> two.call(b -> one.join())), one, two))
          .rootCause()
          .hasMessageStartingWith("join() on stage test/one would never end");
    }

    @Test
    void b25_areToldSoWhereOneStartsTheOther() {
      assertThatThrownBy(() -> Await
          .result(() -> one.call(a -> scope().start(Stage.consumer("four", () -> new Stage.Consumer<Integer>() {
        @Override
        public void onStart(stage.api.StageContext context) throws Exception {
          one.call(b -> 1);
        }

        @Override
        public void onEvents(java.util.List<Integer> events, Inlet<Integer> from) {}
          }))), one)).rootCause()
          .hasMessageMatching(".*(stage test/four would wait for test/one, which waits for test/four"
              + "|stage test/one would wait for test/four, which waits for test/one).*");   // the second of them notices
    }

    @Test
    void b25_mayCallOneAfterTheOther() throws Exception {
      assertThat(one.<Integer>call(a -> two.<Integer>call(b -> 1) + two.<Integer>call(b -> 2))).isEqualTo(3);
      assertThat(two.<Integer>call(a -> one.<Integer>call(b -> 4))).isEqualTo(4);
    }
  }
}
