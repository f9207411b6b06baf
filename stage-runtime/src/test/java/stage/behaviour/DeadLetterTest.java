package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.ProducerRef;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Evil;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Source;

class DeadLetterTest extends CrashTest {
  private static final int BACKLOG = Supervisor.DEAD_LETTER_BACKLOG;

  private final BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();
  private final CountDownLatch handling = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);

  private static SupervisorSpec spec() {
    return SupervisorSpec.of("test").withIntensity(Intensity.of(100)).withDecisions(failure -> Decision.RESUME);
  }

  private ProducerRef<Integer, Source> source(String name, int limit) {
    return start(Stage.producer(name, () -> new Source(new Lives(), new PlannedCrashes(), limit)));
  }

  /** A consumer that gives up on every event, one at a time. */
  private ConsumerRef<Integer, ?> grave(String name, ProducerRef<Integer, ?> source, DeadLetterHandler handler) {
    return start(Stage.consumer(name, source, () -> (events, from) -> {
      throw new IOException("no " + name);
    }).withDeadLetters(handler).withDemand(Demand.max(1)));
  }

  private void handleSlowly(DeadLetter letter) throws InterruptedException {
    handling.countDown();
    mayGoOn.await();
    letters.add(letter);
  }

  private static List<Integer> eventsOf(Iterable<DeadLetter> letters) {
    List<Integer> events = new ArrayList<>();
    letters.forEach(letter -> events.add((Integer) letter.event()));
    return events;
  }

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  @Nested
  class AHandler {
    @Test
    void getsEventCausePathAndCountInOrder() throws Exception {
      open(spec());
      BlockingQueue<Long> counts = new LinkedBlockingQueue<>();
      grave("grave", source("source", 300), letter -> {
        letters.add(letter);
        counts.add(letter.count());
      });
      scope().join();
      scope().close();
      assertThat(eventsOf(letters)).isEqualTo(upTo(300));
      assertThat(counts).containsExactlyElementsOf(LongStream.rangeClosed(1, 300).boxed().toList());
      assertThat(letters).allSatisfy(letter -> {
        assertThat(letter.cause()).isInstanceOf(IOException.class).hasMessage("no grave");
        assertThat(letter.path()).isEqualTo("test/grave");
        assertThat(letter.incarnation()).isEqualTo(1);
        assertThat(letter.attempts()).isEqualTo(1);
      });
      assertThat(scope().snapshot().deadLetters()).isEqualTo(300);
      assertThat(scope().snapshot().deadLettersUnhandled()).isZero();
      log.take();
    }

    @Test
    void isRunForOneLetterAtATime() throws Exception {
      open(spec());
      Queue<Thread> threads = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < 5; i++) {
        grave("grave" + i, source("source" + i, 50), letter -> {
          threads.add(Thread.currentThread());
          letters.add(letter);
        });
      }
      scope().join();
      scope().close();
      assertThat(letters).hasSize(250);
      for (int i = 0; i < 5; i++) {
        String path = "test/grave" + i;
        assertThat(eventsOf(letters.stream().filter(letter -> letter.path().equals(path)).toList()))
            .isEqualTo(upTo(50));
      }
      assertThat(threads.stream().distinct()).singleElement()
          .satisfies(thread -> assertThat(thread.isAlive()).isFalse());
      log.take();
    }

    @Test
    void f11_thatBlocksHoldsUpNoStage() throws Exception {
      open(spec());
      ConsumerRef<Integer, ?> grave = grave("grave", source("source", 500), DeadLetterTest.this::handleSlowly);
      scope().join();
      assertThat(grave.snapshot().eventsDeadLettered()).isEqualTo(500);
      assertThat(letters).isEmpty();
      mayGoOn.countDown();
      scope().close();
      assertThat(eventsOf(letters)).as("close waits for what is queued").isEqualTo(upTo(500));
      log.take();
    }

    @Test
    void f11_thatIsTooSlowIsNotGivenWhatIsBeyondTheBacklogAndThatIsCounted() throws Exception {
      open(spec());
      ProducerRef<Integer, ?> source = start(Stage.source("source", Integer.class));
      ConsumerRef<Integer, ?> grave = grave("grave", source, DeadLetterTest.this::handleSlowly);
      source.emit(0);
      Await.open(handling, grave);
      for (int i = 1; i <= BACKLOG + 200; i++) source.emit(i);
      Await.until(() -> grave.snapshot().eventsDeadLettered() == BACKLOG + 201, "all are given up", grave);
      mayGoOn.countDown();
      scope().close();
      assertThat(eventsOf(letters)).isEqualTo(upTo(BACKLOG + 1));
      assertThat(scope().snapshot().deadLetters()).isEqualTo(BACKLOG + 201);
      assertThat(scope().snapshot().deadLettersUnhandled()).isEqualTo(200);
      List<LogRecord> lines =
          log.take().stream().filter(line -> line.getMessage().contains(" was not handled, because ")).toList();
      assertThat(lines).hasSizeBetween(10, 30);
      assertThat(lines.getFirst().getMessage())
          .isEqualTo("dead letter " + (BACKLOG + 2) + " of test/grave was not handled, because "
          + BACKLOG + " others wait for their handlers; it is counted as unhandled");
    }

    @Test
    void f11_thatThrowsIsCountedEachTimeAndLoggedWithinALimit() throws Exception {
      open(spec());
      var failure = new IllegalStateException("no post today");
      grave("grave", source("source", 300), letter -> {
        throw failure;
      });
      scope().join();
      scope().close();
      assertThat(scope().snapshot().deadLettersUnhandled()).isEqualTo(300);
      assertThat(log.take().stream().filter(line -> line.getThrown() == failure)).hasSizeBetween(10, 30);
    }

    @Test
    void thatLeavesAnInterruptBehindHurtsNoLaterLetter() throws Exception {
      open(spec());
      Queue<Boolean> interrupted = new ConcurrentLinkedQueue<>();
      grave("grave", source("source", 3), letter -> {
        interrupted.add(Thread.currentThread().isInterrupted());
        Thread.currentThread().interrupt();
      });
      scope().join();
      scope().close();
      assertThat(interrupted).containsExactly(false, false, false);
      log.take();
    }

    @Test
    void isInterruptedWhenTheTimeToCloseIsOverAndWhatIsLeftIsCounted() throws Exception {
      open(spec().withShutdown(Duration.ofMillis(100)));
      ConsumerRef<Integer, ?> grave = grave("grave", source("source", 50), DeadLetterTest.this::handleSlowly);
      scope().join();
      Await.open(handling, grave);
      scope().close();
      assertThat(letters).isEmpty();
      assertThat(scope().snapshot().deadLettersUnhandled()).as("those that waited, and the one that was interrupted")
          .isEqualTo(50);
      assertThat(log.take()).extracting(LogRecord::getMessage).contains(
          "49 dead letters of scope test were not handled, because the time to close it was over; they are counted as unhandled",
          "the dead-letter handler of stage test/grave threw on dead letter 1; it is counted as unhandled");
    }

    @Test
    void thatIgnoresItsInterruptIsAStraggler() throws Exception {
      open(spec().withShutdown(Duration.ofMillis(50)).withGrace(Duration.ofMillis(50)));
      CountDownLatch left = new CountDownLatch(1);
      grave("grave", source("source", 1), letter -> {
        handling.countDown();
        while (mayGoOn.getCount() > 0) {
          try {
            mayGoOn.await();
          } catch (InterruptedException ignorant) {
            letters.add(letter);
          }
        }
        left.countDown();
      });
      scope().join();
      Await.open(handling);
      ShutdownReport report = scope().drain(Duration.ofMillis(50));
      assertThat(report.stragglers()).singleElement().satisfies(straggler -> {
        assertThat(straggler.path()).isEqualTo("test/dead-letters");
        assertThat(straggler.stack()).anyMatch(frame -> frame.getClassName().contains("DeadLetterTest"));
      });
      Await.next(letters);   // its interrupt, which it has swallowed
      assertThat(scope().snapshot().deadLettersUnhandled()).isEqualTo(1);
      mayGoOn.countDown();
      Await.open(left);
      assertThat(letters).as("nobody interrupts it again").isEmpty();
      assertThat(scope().snapshot().deadLettersUnhandled()).isEqualTo(1);
      log.take();
    }

    @Test
    void f40_mayNotCloseTheScopeAndMayStopIt() throws Exception {
      open(spec());
      BlockingQueue<Throwable> refused = new LinkedBlockingQueue<>();
      ProducerRef<Integer, ?> source = start(Stage.source("source", Integer.class));
      grave("grave", source, letter -> {
        try {
          scope().close();
        } catch (ScopeMisuseException misuse) {
          refused.add(misuse);
        }
        scope().stop();
      });
      source.emit(1);
      scope().join();
      scope().close();
      assertThat(refused).singleElement().satisfies(misuse -> assertThat(misuse)
          .hasMessageStartingWith("close() on scope test belongs to thread ")
          .hasMessageEndingWith(", which runs its dead-letter handlers; use stop(), which does not wait"));
      log.take();
    }

    @Test
    void f40_mayCloseASupervisorBelow() throws Exception {
      open(spec());
      Supervisor below = scope().start(SupervisorSpec.of("below").withDecisions(failure -> Decision.RESUME));
      ProducerRef<Integer, ?> source = start(Stage.source("source", Integer.class));
      var grave = below.start(Stage.consumer("grave", source, () -> (events, from) -> {
        throw new IOException("no grave");
      }).withDeadLetters(letter -> {
        below.close();
        letters.add(letter);
      }));
      source.emit(1);
      assertThat(Await.next(letters, grave).event()).isEqualTo(1);
      assertThat(grave.isAlive()).isFalse();
      assertThat(scope().snapshot().deadLetters()).isEqualTo(1);
      log.take();
    }
  }

  @Nested
  class LogLines {
    private List<LogRecord> linesOfLetters() {
      return log.take().stream().filter(line -> line.getMessage().startsWith("dead letter ")).toList();
    }

    @Test
    void f37_sec14_areWrittenForTheFirstTenAndForEachPowerOfTen() throws Exception {
      open(spec());
      grave("grave", source("source", 1100), DeadLetterHandler.LOG);
      scope().join();
      scope().close();
      List<LogRecord> all = log.take();
      List<String> lines = all.stream().map(LogRecord::getMessage).map(line -> line.replaceFirst("; cause=.*", ""))
          .filter(line -> line.startsWith("dead letter ") && !line.contains(" was not ")).toList();
      assertThat(lines.subList(0, 9)).containsExactlyElementsOf(
          IntStream.rangeClosed(1, 9).mapToObj(n -> "dead letter " + n + " of test/grave").toList());
      assertThat(lines.subList(9, lines.size()))
          .startsWith("dead letter 10 of test/grave; the next line is for the 100th",
          "dead letter 100 of test/grave; the next line is for the 1000th").hasSizeBetween(2, 3);
      assertThat(all).as("with those about 1100 crashes that were answered with resume").hasSizeLessThan(80);
    }

    @Test
    void f37_sec14_areLimitedWhereStagesComeAndGo() throws Exception {
      open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC).withDecisions(failure -> Decision.RESUME));
      for (int i = 0; i < 60; i++) {
        var source = source("source" + i, 1);
        Await.end(grave("grave" + i, source, DeadLetterHandler.LOG));
      }
      scope().close();
      assertThat(scope().snapshot().deadLetters()).isEqualTo(60);
      assertThat(scope().snapshot().deadLettersUnhandled()).isZero();
      assertThat(linesOfLetters()).hasSizeBetween(10, 40);
    }

    @Test
    void f37_sec14_ofTemporaryStagesThatCrashAreLimited() throws Exception {
      open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC));
      for (int i = 0; i < 60; i++) {
        ProducerRef<Integer, ?> mayfly = start(Stage.source("mayfly" + i, Integer.class)
            .withRestart(Restart.TEMPORARY));
        mayfly.cast(stage -> {
          throw new IOException("evening");
        });
        assertThat(Await.end(mayfly)).isInstanceOf(StopReason.Crashed.class);
      }
      assertThat(scope().snapshot().crashes()).isEqualTo(60);
      assertThat(log.take()).hasSizeBetween(10, 40).extracting(LogRecord::getMessage)
          .allMatch(line -> line.contains(" decision=NONE: it is temporary"));
    }

    @Test
    void f27_showNoEventAndNothingOfItIsCalled() throws Exception {
      open(spec());
      ProducerRef<Evil, ?> source = start(Stage.source("source", Evil.class));
      Queue<Object> got = new ConcurrentLinkedQueue<>();
      start(Stage.consumer("morgue", scope().deadLetters(),
          () -> (events, from) -> events.forEach(letter -> got.add(letter.event()))));
      var grave = start(Stage.consumer("grave", source, () -> (events, from) -> {
        throw new IOException("no grave");
      }).withDemand(Demand.max(1)));
      source.emit(new Evil(1));
      Await.until(() -> grave.snapshot().eventsDeadLettered() == 1, "it is given up", grave);
      scope().close();
      assertThat(got.stream().map(Object::getClass).toList()).hasSize(1);
      assertThat(scope().snapshot().deadLettersUnhandled()).isZero();
      assertThat(linesOfLetters()).extracting(LogRecord::getMessage).containsExactly(
          "dead letter 1 of test/grave; cause=java.io.IOException: no grave, same stack trace as grave#1");
    }
  }

  @Nested
  class AConsumer {
    private ConsumerRef<DeadLetter, ?> morgue() {
      return start(Stage.consumer("morgue", scope().deadLetters(), () -> (events, from) -> letters.addAll(events)));
    }

    @Test
    void getsTheLettersOfTheWholeTree() throws Exception {
      open(spec());
      morgue();
      Supervisor below = scope().start(SupervisorSpec.of("below").withDecisions(failure -> Decision.RESUME));
      assertThat(below.deadLetters().path()).isEqualTo("test/dead-letters");
      below.start(Stage.consumer("deep", source("one", 20), () -> (events, from) -> {
        throw new IOException("no deep");
      }).withDeadLetters(letter -> {}).withDemand(Demand.max(1)));
      grave("grave", source("two", 30), letter -> {});
      scope().join();
      ShutdownReport report = scope().drain(Duration.ofSeconds(60));
      assertThat(eventsOf(letters.stream().filter(letter -> letter.path().equals("test/below/deep")).toList()))
          .isEqualTo(upTo(20));
      assertThat(eventsOf(letters.stream().filter(letter -> letter.path().equals("test/grave")).toList()))
          .isEqualTo(upTo(30));
      assertThat(report.isClean()).isTrue();
      log.take();
    }

    @Test
    void isNotWaitedForByJoinAndEndsWithTheScope() throws Exception {
      open(spec());
      ConsumerRef<DeadLetter, ?> morgue = morgue();
      assertThat(scope().join(Duration.ofSeconds(60))).as("nothing else is there").isTrue();
      grave("grave", source("source", 10), letter -> {});
      scope().join();
      assertThat(morgue.isAlive()).isTrue();
      scope().close();
      assertThat(Await.end(morgue)).isEqualTo(new StopReason.Completed());
      assertThat(eventsOf(letters)).isEqualTo(upTo(10));
      log.take();
    }

    @Test
    void thatSubscribedLaterIsNotWaitedForEither() throws Exception {
      open(spec());
      var morgue = start(Stage.consumer("morgue", DeadLetter.class, () -> (events, from) -> letters.addAll(events)));
      assertThat(scope().join(Duration.ofMillis(1))).isFalse();
      morgue.subscribeTo(scope().deadLetters());
      scope().join();
      assertThat(morgue.isAlive()).isTrue();
    }

    @Test
    void endsWithAScopeThatIsStoppedAndJoined() throws Exception {
      open(spec());
      ConsumerRef<DeadLetter, ?> morgue = morgue();
      grave("grave", source("source", 10), letter -> {});
      scope().stop();
      scope().join();
      assertThat(morgue.isAlive()).isFalse();
      log.take();
    }

    @Test
    void getsWhatIsGivenUpWhileTheScopeDrains() throws Exception {
      open(spec());
      morgue();
      var middle =
          start(Stage.producerConsumer("middle", source("source", 500), Integer.class, () -> (events, from, out) -> {
            handling.countDown();
            mayGoOn.await();
            events.forEach(out::emit);
          }).withDispatcher(Dispatcher.partition(List.of("one"), event -> {
        throw new IOException("no key for an event");
      })).withDeadLetters(letter -> {}).withDemand(Demand.max(100)));
      start(Stage.consumer("sink", SubscriptionSpec.to(middle).withPartition("one"), () -> (events, from) -> {}));
      Await.open(handling, middle);
      scope().stop();
      mayGoOn.countDown();
      scope().close();
      assertThat(letters).isNotEmpty();
      assertThat((long) letters.size()).isEqualTo(middle.snapshot().eventsDeadLettered());
      assertThat(scope().report().isClean()).isTrue();
    }

    @Test
    void isAskedNothingAboutItsOwnDeadLetters() throws Exception {
      open(spec());
      Queue<DeadLetter> own = new ConcurrentLinkedQueue<>();
      var morgue = start(Stage.consumer("morgue", scope().deadLetters(), () -> (events, from) -> {
        throw new IOException("no morgue");
      }).withDeadLetters(letter -> own.add(letter)).withDemand(Demand.max(1)));
      grave("grave", source("source", 20), letter -> {});
      Await.until(() -> morgue.snapshot().eventsDeadLettered() == 20, "it has given up on all", morgue);
      scope().close();
      assertThat(own).hasSize(20).allMatch(letter -> ((DeadLetter) letter.event()).path().equals("test/grave"));
      assertThat(scope().snapshot().deadLetters()).isEqualTo(40);
      log.take();
    }

    @Test
    void mayPassThemOnToAnotherWhoseLettersDoNotComeBackEither() throws Exception {
      open(spec());
      var sorter = start(Stage.producerConsumer("sorter", scope().deadLetters(), Integer.class,
          () -> (events, from, out) -> events.forEach(letter -> out.emit((Integer) letter.event()))));
      Queue<DeadLetter> last = new ConcurrentLinkedQueue<>();
      var end = grave("end", sorter, letter -> last.add(letter));
      grave("grave", source("source", 20), letter -> {});
      Await.until(() -> end.snapshot().eventsDeadLettered() == 20, "it has given up on all", end);
      scope().close();
      assertThat(eventsOf(last)).isEqualTo(upTo(20));
      assertThat(scope().snapshot().deadLetters()).isEqualTo(40);
      assertThat(scope().report().isClean()).isTrue();
      log.take();
    }

    @Test
    void thatIsTooSlowMissesWhatIsBeyondTheBacklogAndThatIsCounted() throws Exception {
      open(spec());
      scope().deadLetters();
      ConsumerRef<Integer, ?> grave = grave("grave", source("source", BACKLOG + 100), letter -> letters.add(letter));
      scope().join();
      assertThat(scope().snapshot().deadLettersUnhandled()).isEqualTo(100);
      ShutdownReport report = scope().drain(Duration.ofSeconds(60));
      assertThat(grave.snapshot().eventsDeadLettered()).isEqualTo(BACKLOG + 100);
      assertThat(report.eventsUndelivered()).isEqualTo(BACKLOG);
      assertThat(report.stages()).extracting(stage -> stage.path()).containsExactly("test/dead-letters");
      assertThat(log.take().stream()
          .filter(line -> line.getMessage().contains(" did not get to the consumers of dead letters")))
          .hasSizeBetween(10, 30);
    }

    @Test
    void thatIsStuckIsCancelledAndItsLettersAreInTheReport() throws Exception {
      open(spec());
      var morgue = start(Stage.consumer("morgue", scope().deadLetters(), () -> (events, from) -> {
        handling.countDown();
        mayGoOn.await();
      }).withDemand(Demand.max(1)));
      grave("grave", source("source", 20), letter -> {});
      Await.open(handling, morgue);
      scope().join();
      ShutdownReport report = scope().drain(Duration.ofMillis(100));
      assertThat(report.cancelled()).containsExactly("test/morgue");
      assertThat(report.eventsReturned() + report.eventsUndelivered()).isEqualTo(20);
      assertThat(report.stragglers()).isEmpty();
      log.take();
    }

    @Test
    void inASupervisorBelowMayBeClosedBeforeTheScope() throws Exception {
      open(spec());
      Supervisor below = scope().start(SupervisorSpec.of("below"));
      var morgue =
          below.start(Stage.consumer("morgue", scope().deadLetters(), () -> (events, from) -> letters.addAll(events)));
      below.close();
      assertThat(morgue.isAlive()).isFalse();
      assertThat(scope().deadLetters().isAlive()).isTrue();
    }
  }

  @Nested
  class TheirProducer {
    @Test
    void isOneForAllAndNoChild() {
      open(spec());
      assertThat(scope().deadLetters()).isSameAs(scope().deadLetters());
      assertThat(scope().children()).isEmpty();
      assertThat(scope().counts().specs()).isZero();
    }

    @Test
    void endsWithTheScopeAndIsNotThereAfterIt() {
      open(spec());
      ProducerRef<DeadLetter, ?> producer = scope().deadLetters();
      scope().close();
      assertThat(producer.isAlive()).isFalse();
      assertThatThrownBy(() -> scope().deadLetters()).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope test is closing or closed; there are no more dead letters to take");
      assertThat(scope().report().drained()).isZero();
    }
  }
}
