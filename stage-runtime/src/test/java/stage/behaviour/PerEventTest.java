package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Sink;
import stage.behaviour.support.Parts.Source;

class PerEventTest extends CrashTest {
  private final Queue<Integer> handled = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Integer> entered = new LinkedBlockingQueue<>();
  private final Semaphore go = new Semaphore(0);
  private final BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();

  private ProducerRef<Integer, Source> source(int limit) {
    return start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
  }

  private void hold(Integer event) throws InterruptedException {
    entered.add(event);
    go.acquire();
    handled.add(event);
  }

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  @Nested
  class Handling {
    @Test
    void s54_runsAtMostSoManyAtOnce() throws Exception {
      open(Intensity.of(3));
      var running = new AtomicInteger();
      var most = new AtomicInteger();
      ConsumerRef<Integer, Stage.Consumer<Integer>> mailer = start(Stage.perEvent("mailer", source(1000), 4, event -> {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        entered.add(event);
        go.acquire();
        running.decrementAndGet();
        handled.add(event);
      }).withDemand(Demand.max(100)));
      Await.next(4, entered, mailer);
      go.release(1000);
      assertThat(Await.end(mailer)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyInAnyOrderElementsOf(upTo(1000));
      assertThat(most).hasValue(4);
    }

    @Test
    void handlesEventsInVirtualThreadsThatTellTheStage() throws Exception {
      open(Intensity.of(3));
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      var mailer = start(Stage.perEvent("mailer", source(100), 4, event -> threads.add(Thread.currentThread())));
      Await.end(mailer);
      assertThat(threads).hasSizeBetween(1, 100).allMatch(Thread::isVirtual)
          .allMatch(thread -> thread.getName().startsWith("stage:test/mailer#1/"));
    }

    @Test
    void givesDemandBackAsEachFinishes() throws Exception {
      open(Intensity.of(3));
      var first = new CountDownLatch(1);
      var mailer = start(Stage.perEvent("mailer", 2, (Integer event) -> {
        if (event == 0) first.await();
        handled.add(event);
        entered.add(event);
      }));
      Subscription subscription = mailer.subscribeTo(source(100), Demand.max(2).min(1));
      assertThat(Await.next(99, entered, mailer)).as("one that is slow holds up nobody")
          .isEqualTo(upTo(100).subList(1, 100));
      SubscriptionSnapshot ledger = subscription.snapshot();
      assertThat(ledger.isBalanced()).isTrue();
      assertThat(ledger.handled()).as("settled in order").isZero();
      first.countDown();
      assertThat(Await.end(mailer)).isEqualTo(new StopReason.Completed());
      assertThat(subscription.snapshot().handled()).isEqualTo(100);
    }

    @Test
    void isBoundedBehindOneThatTakesForEver() throws Exception {
      open(Intensity.of(3));
      var first = new CountDownLatch(1);
      var mailer = start(Stage.perEvent("mailer", source(5000), 2, event -> {
        if (event == 0) first.await();
        else entered.add(event);
      }).withDemand(Demand.max(10)));
      Await.next(1024, entered, mailer);
      Await.answered(mailer);
      assertThat(mailer.snapshot().inputs().getFirst().sent()).isLessThanOrEqualTo(1024 + 10 + 2);
      first.countDown();
      Await.end(mailer);
    }

    @Test
    void refusesManualDemandAndBadNumbers() {
      open(Intensity.of(3));
      ProducerRef<Integer, Source> source = source(10);
      assertThatThrownBy(() -> start(Stage.perEvent("mailer", source, 2, handled::add).withDemand(Demand.manual())))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessageContaining("requests by itself; use Demand.max(n)");
      assertThatThrownBy(() -> Stage.perEvent("mailer", 0, handled::add))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("concurrency must be at least 1, but was 0");
    }
  }

  @Nested
  class AnEventThatFails {
    @Test
    void isTriedAgainByItselfAndThenADeadLetter() throws Exception {
      Supervisor scope = open(Intensity.none());
      var tries = new ConcurrentLinkedQueue<Integer>();
      var mailer = start(Stage.perEvent("mailer", source(100), 4, event -> {
        tries.add(event);
        if (event == 17) throw new IOException("no such address");
        handled.add(event);
      }).withDeadLetters(letter -> letters.add(letter)));
      assertThat(Await.end(mailer)).isEqualTo(new StopReason.Completed());
      assertThat(handled).hasSize(99).doesNotContain(17).doesNotHaveDuplicates();
      assertThat(tries.stream().filter(event -> event == 17)).hasSize(3);
      DeadLetter letter = Await.next(1, letters).getFirst();
      assertThat(letter.event()).isEqualTo(17);
      assertThat(letter.attempts()).isEqualTo(3);
      assertThat(scope.snapshot().crashes()).isZero();
      assertThat(mailer.snapshot().eventsDeadLettered()).isEqualTo(1);
    }

    @Test
    void isDroppedAndCountedWithoutRedelivery() throws Exception {
      open(Intensity.none());
      var mailer = start(Stage.perEvent("mailer", 4, (Integer event) -> {
        if (event % 10 == 0) throw new IOException("no");
        handled.add(event);
      }).withRedelivery(Redelivery.none()));
      Subscription subscription = mailer.subscribeTo(source(100));
      Await.end(mailer);
      assertThat(subscription.snapshot().dropped()).isEqualTo(10);
      assertThat(subscription.snapshot().handled()).isEqualTo(90);
    }
  }

  @Nested
  class ItsEnd {
    @Test
    void aStopLetsThoseFinishThatRun() throws Exception {
      open(Intensity.of(3));
      ProducerRef<Integer, Source> source = source(100);
      var mailer = start(Stage.<Integer>perEvent("mailer", 3, PerEventTest.this::hold));
      Subscription subscription = mailer.subscribeTo(source, Demand.max(10));
      Await.next(3, entered, mailer);
      mailer.stop();
      Await.answered(mailer);
      assertThat(mailer.isAlive()).isTrue();
      go.release(3);
      assertThat(Await.end(mailer)).isEqualTo(new StopReason.Stopped());
      assertThat(handled).containsExactlyInAnyOrder(0, 1, 2);
      assertThat(subscription.snapshot().handled()).isEqualTo(3);
      assertThat(subscription.snapshot().isBalanced()).isTrue();
      BlockingQueue<Integer> rest = new LinkedBlockingQueue<>();
      var heir =
          start(Stage.consumer("heir", () -> new Sink(new Lives(), new PlannedCrashes(), rest)).subscribeTo(source));
      Await.end(heir);
      assertThat(rest).as("the others get what was not begun")
          .containsExactlyInAnyOrderElementsOf(upTo(100).subList(3, 100));
    }

    @Test
    void aCancelInterruptsThemAndWhatIsFinishedStaysSo() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withShutdown(Duration.ofMillis(50)));
      ProducerRef<Integer, Source> source = source(4);
      var interrupted = new LinkedBlockingQueue<Integer>();
      var mailer = start(Stage.perEvent("mailer", 4, (Integer event) -> {
        entered.add(event);
        if (event != 2) {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.add(event);
            throw e;
          }
        }
      }));
      Subscription subscription = mailer.subscribeTo(source);
      Await.next(4, entered, mailer);
      ShutdownReport report = scope.drain(Duration.ofMillis(1));
      assertThat(interrupted).containsExactlyInAnyOrder(0, 1, 3);
      assertThat(report.cancelled()).contains("test/mailer");
      assertThat(report.stragglers()).isEmpty();
      SubscriptionSnapshot ledger = subscription.snapshot();
      assertThat(ledger.isBalanced()).isTrue();
      assertThat(ledger.handled() + ledger.returned()).isEqualTo(4);
    }

    @Test
    void aThreadThatIgnoresItsInterruptIsAStraggler() throws Exception {
      Supervisor scope =
          open(SupervisorSpec.of("test").withShutdown(Duration.ofMillis(1)).withGrace(Duration.ofMillis(20)));
      List<Thread> stuck = new ArrayList<>();
      var release = new CountDownLatch(1);
      var mailer = start(Stage.perEvent("mailer", source(1), 1, event -> {
        stuck.add(Thread.currentThread());
        entered.add(event);
        // Blocks: one that spins could keep the only processor from the stage, which must still interrupt it.
        while (release.getCount() > 0) {
          try {
            release.await();
          } catch (InterruptedException ignored) {
            // and goes on
          }
        }
      }));
      Await.next(1, entered, mailer);
      assertThatThrownBy(scope::close).isInstanceOf(StragglersException.class)
          .hasMessageContaining("stage:test/mailer#1/1");
      release.countDown();
      stuck.getFirst().join();
    }

    @Test
    void survivesCrashesOfTheStageItself() throws Exception {
      Supervisor scope = open(Intensity.of(100));
      var mailer = start(Stage.<Integer>perEvent("mailer", 3, PerEventTest.this::hold));
      Subscription subscription = mailer.subscribeTo(source(100), Demand.max(10));
      for (int i = 0; i < 20; i++) {
        Await.next(3, entered, mailer);
        mailer.cast(stage -> {
          throw new IOException("off");
        });
        go.release(3);
      }
      go.release(1000);
      assertThat(Await.end(mailer)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyInAnyOrderElementsOf(upTo(100));
      assertThat(subscription.snapshot().handled()).isEqualTo(100);
      assertThat(scope.snapshot().restarts()).isEqualTo(20);
      assertThat(log.take()).hasSizeBetween(10, 20);   // as many as the log lets through at once, and as time goes by
    }

    @Test
    void aPauseStartsNothingNew() throws Exception {
      open(Intensity.of(3));
      var mailer = start(Stage.perEvent("mailer", source(10), 2, PerEventTest.this::hold));
      Await.next(2, entered, mailer);
      mailer.pause();
      go.release(100);
      Await.until(() -> mailer.snapshot().inputs().getFirst().handled() == 2, "those that ran are finished", mailer);
      assertThat(entered).isEmpty();
      mailer.resume();
      Await.end(mailer);
      assertThat(handled).hasSize(10);
    }
  }
}
