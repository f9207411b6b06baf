package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.SubscriptionRefusedException;
import stage.api.observe.StageEvent;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Source;

class ListenerTest extends CrashTest {
  private final Queue<StageEvent> told = new ConcurrentLinkedQueue<>();

  private Supervisor listened(Intensity intensity) {
    return open(SupervisorSpec.of("test").withIntensity(intensity).withListener(told::add));
  }

  /**
   * {@return what was told of a stage or supervisor} Closes the scope first, which waits for all that there is to tell.
   */
  private List<StageEvent> toldOf(String path) {
    scope().close();
    return told.stream().filter(event -> event.path().equals(path)).toList();
  }

  private ProducerRef<Integer, Source> source(int limit) {
    return start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
  }

  private ConsumerSpec<Integer, Stage.Consumer<Integer>> picky(Integer poison) {
    return Stage.consumer("sink", Integer.class, () -> (events, from) -> {
      if (events.contains(poison)) throw new IOException("poison");
    }).withDeadLetters(letter -> {});
  }

  private ProducerRef<Integer, ?> silent(Overflow overflow) {
    return start(Stage.source("source", Integer.class).withOverflow(overflow));
  }

  @Nested
  class OfAStage {
    @Test
    void isToldOfItsStartAndItsEnd() throws Exception {
      listened(Intensity.none());
      source(10);
      start(picky(-1).subscribeTo(scopeSource()));
      scope().join();
      assertThat(toldOf("test/source")).containsExactly(new StageEvent.Started("test/source"),
          new StageEvent.Ended("test/source", new StopReason.Completed()));
      assertThat(toldOf("test/sink")).containsExactly(new StageEvent.Started("test/sink"),
          new StageEvent.Ended("test/sink", new StopReason.Completed()));
    }

    @SuppressWarnings("unchecked")
    private ProducerRef<Integer, ?> scopeSource() {
      return (ProducerRef<Integer, ?>) scope().child("source");
    }

    @Test
    void isToldNothingOfOneThatCouldNotStart() {
      listened(Intensity.none());
      try {
        start(Stage.producer("stillborn", Integer.class, () -> {
          throw new IOException("no");
        }));
      } catch (stage.api.supervision.StageFailedException announced) {
        assertThat(toldOf("test/stillborn")).isEmpty();
        return;
      }
      throw new AssertionError("it has started");
    }

    @Test
    void isToldOfTheStartAndTheEndOfOneWhoseSubscriptionIsRefused() throws Exception {
      listened(Intensity.none());
      ProducerRef<Integer, Source> over = source(0);
      over.stop();
      Await.end(over);
      try {
        start(picky(-1).subscribeTo(over));
        scope().join();
      } catch (SubscriptionRefusedException refused) {
        assertThat(refused).hasMessageContaining("test/source");
      }
      assertThat(toldOf("test/sink")).hasSize(2).first().isEqualTo(new StageEvent.Started("test/sink"));
    }

    @Test
    void isToldInOrderOfCrashesRestartsAndDeadLetters() throws Exception {
      listened(Intensity.of(10));
      start(picky(3).subscribeTo(source(6), Demand.max(1)));
      scope().join();
      List<StageEvent> events = toldOf("test/sink");
      assertThat(events.stream().map(event -> event.getClass().getSimpleName()).toList()).containsExactly("Started",
          "Crashed", "Restarted", "Crashed", "Restarted", "Crashed", "DeadLettered", "Restarted", "Ended");
      assertThat(
          events.stream().filter(StageEvent.Crashed.class::isInstance).map(StageEvent.Crashed.class::cast).toList())
          .extracting(StageEvent.Crashed::incarnation).containsExactly(1, 2, 3);
      assertThat(events.get(1)).isInstanceOfSatisfying(StageEvent.Crashed.class, crashed -> {
        assertThat(crashed.during()).isEqualTo("onEvents");
        assertThat(crashed.cause()).isInstanceOf(IOException.class).hasMessage("poison");
      });
      assertThat(events.get(2)).isEqualTo(new StageEvent.Restarted("test/sink", 2));
      assertThat(events.get(6)).isInstanceOfSatisfying(StageEvent.DeadLettered.class, lettered -> {
        assertThat(lettered.letter().event()).isEqualTo(3);
        assertThat(lettered.letter().attempts()).isEqualTo(3);
      });
      assertThat(scope().snapshot().crashes()).isEqualTo(3);
      assertThat(scope().snapshot().restarts()).isEqualTo(3);
      assertThat(scope().snapshot().deadLetters()).isEqualTo(1);
      log.takeRestarts(3);
    }

    @Test
    void s11_isToldOfEachAbnormalExitOnceAndSoIsTheLog() throws Exception {
      listened(Intensity.of(10));
      ProducerRef<Integer, ?> stage = silent(Overflow.block());
      for (int i = 1; i <= 5; i++) {
        var cause = new IOException("crash " + i);
        stage.cast(behaviour -> {
          throw cause;
        });
      }
      Await.until(() -> stage.snapshot().incarnation() == 6, "it has crashed five times", stage);
      List<StageEvent.Crashed> crashes = toldOf("test/source").stream()
          .filter(StageEvent.Crashed.class::isInstance).map(StageEvent.Crashed.class::cast).toList();
      assertThat(crashes)
          .extracting(crash -> crash.incarnation() + " " + crash.cause().getMessage() + " in " + crash.during())
          .containsExactly("1 crash 1 in a cast", "2 crash 2 in a cast",
              "3 crash 3 in a cast", "4 crash 4 in a cast", "5 crash 5 in a cast");
      List<LogRecord> lines = log.take();
      assertThat(lines.getFirst().getThrown()).hasMessage("crash 1");
      assertThat(lines.subList(1, 5)).extracting(line -> line.getMessage().replaceFirst(".*; cause=", ""))
          .containsExactlyElementsOf(IntStream.rangeClosed(2, 5)
              .mapToObj(i -> "java.io.IOException: crash " + i + ", same stack trace as source#1").toList());
      assertThat(lines).allMatch(line -> line.getLevel() == Level.WARNING);
      assertThat(lines.getFirst().getMessage())
          .startsWith("supervisor=test child=source#1 crashed in=a cast decision=RESTART ");
    }
  }

  @Nested
  class OfASupervisor {
    @Test
    void isToldThatItGaveUpBetweenTheCrashAndTheEnd() throws Exception {
      theScopeMayFail();
      listened(Intensity.none());
      var cause = new IOException("enough");
      ProducerRef<Integer, ?> stage = silent(Overflow.block());
      stage.cast(behaviour -> {
        throw cause;
      });
      Await.end(stage);
      try {
        scope().close();
      } catch (stage.api.supervision.StageFailedException announced) {
        assertThat(announced).hasCause(cause);
      }
      assertThat(told).containsExactly(new StageEvent.Started("test/source"),
          new StageEvent.Crashed("test/source", 1, cause, "a cast"),
          new StageEvent.GaveUp("test", "test/source", cause),
          new StageEvent.Ended("test/source", new StopReason.Crashed(cause)));
      assertThat(scope().snapshot().escalations()).isEqualTo(1);
      assertThat(log.take()).singleElement()
          .satisfies(line -> assertThat(line.getLevel()).as("System.Logger's ERROR").isEqualTo(Level.SEVERE));
    }

    @Test
    void isToldWhoGaveUpAboveWhom() throws Exception {
      theScopeMayFail();
      listened(Intensity.none());
      Supervisor below = scope().start(SupervisorSpec.of("below").withIntensity(Intensity.none()));
      var cause = new IOException("enough");
      var stage = below.start(Stage.source("deep", Integer.class));
      stage.cast(behaviour -> {
        throw cause;
      });
      Await.end(stage);
      assertThat(told.stream().filter(StageEvent.GaveUp.class::isInstance).toList()).containsExactly(
          new StageEvent.GaveUp("test/below", "test/below/deep", cause),
          new StageEvent.GaveUp("test", "test/below", cause));
      log.take();
    }
  }

  @Nested
  class OfDroppedEvents {
    private List<String> dropped(String path) {
      return toldOf(path).stream().filter(StageEvent.Dropped.class::isInstance).map(StageEvent.Dropped.class::cast)
          .map(drop -> drop.events() + " " + drop.why()).toList();
    }

    @Test
    void isToldOnceForATurn() throws Exception {
      listened(Intensity.none());
      ProducerRef<Integer, ?> source = silent(Overflow.dropOldest(5));
      source.castEmit((behaviour, out) -> {
        for (int i = 0; i < 105; i++) out.emit(i);
      });
      source.castEmit((behaviour, out) -> {
        for (int i = 0; i < 7; i++) out.emit(i);
      });
      Await.answered(source);
      assertThat(source.snapshot().eventsDropped()).isEqualTo(107);
      assertThat(dropped("test/source")).containsExactly("100 overflow DROP_OLDEST", "7 overflow DROP_OLDEST");
      assertThat(scope().snapshot().eventsDropped()).isEqualTo(107);
      log.take();   // one line says so
    }

    @Test
    void isToldTheSameForTheNewest() throws Exception {
      listened(Intensity.none());
      ProducerRef<Integer, ?> source = silent(Overflow.dropNewest(5));
      source.castEmit((behaviour, out) -> {
        for (int i = 0; i < 105; i++) out.emit(i);
      });
      Await.answered(source);
      assertThat(dropped("test/source")).containsExactly("100 overflow DROP_NEWEST");
      log.take();   // one line says so
    }

    @Test
    void isToldOfAllThatWereHandedInFromOutsideAndFarLessOften() throws Exception {
      listened(Intensity.none());
      ProducerRef<Integer, ?> source = silent(Overflow.dropNewest(5));
      CountDownLatch busy = new CountDownLatch(1);
      CountDownLatch mayGoOn = new CountDownLatch(1);
      source.emit(0);
      source.cast(behaviour -> {
        busy.countDown();
        mayGoOn.await();
      });
      Await.open(busy, source);
      for (int i = 1; i < 1000; i++) source.emit(i);
      mayGoOn.countDown();
      Await.answered(source);
      Await.until(() -> source.snapshot().eventsDropped() == 995, "all but five are dropped", source);
      assertThat(dropped("test/source")).containsExactly("995 overflow DROP_NEWEST");
      log.take();   // one line says so
    }

    @Test
    void isToldOfABatchThatIsNotDeliveredAgain() throws Exception {
      listened(Intensity.of(10));
      ConsumerRef<Integer, ?> sink =
          start(picky(3).withRedelivery(Redelivery.none()).subscribeTo(source(6), Demand.max(1)));
      scope().join();
      List<String> kinds = toldOf("test/sink").stream().map(event -> event.getClass().getSimpleName()).toList();
      assertThat(kinds).containsExactly("Started", "Crashed", "Dropped", "Restarted", "Ended");
      assertThat(dropped("test/sink")).containsExactly("1 no redelivery");
      assertThat(sink.snapshot().inputs()).isEmpty();
      assertThat(scope().snapshot().eventsDropped()).isEqualTo(1);
      log.takeRestarts(1);
    }
  }

  @Nested
  class ThatThrows {
    @Test
    void changesNothingAndIsCountedAndLoggedOnce() throws Exception {
      var failure = new IllegalStateException("hear nothing");
      open(SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withListener(event -> {
        throw failure;
      }));
      var sink = start(picky(3).subscribeTo(source(6), Demand.max(1)));
      scope().join();
      scope().close();
      assertThat(sink.snapshot().eventsDeadLettered()).isEqualTo(1);
      assertThat(scope().snapshot().listenerFailures()).as("2 starts, 3 crashes, 3 restarts, a dead letter, 2 ends")
          .isEqualTo(11);
      List<LogRecord> lines = log.take();
      assertThat(lines.stream().filter(line -> line.getThrown() == failure)).singleElement()
          .satisfies(line -> assertThat(line.getMessage())
              .isEqualTo("the listener of scope test threw; later failures are only counted"));
      assertThat(lines).hasSize(4);
    }
  }

  @Nested
  class ThatBlocks {
    @Test
    void holdsUpNobodyButItsStage() throws Exception {
      CountDownLatch told = new CountDownLatch(1);
      CountDownLatch mayGoOn = new CountDownLatch(1);
      open(SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withListener(event -> {
        if (!(event instanceof StageEvent.Crashed)) return;
        told.countDown();
        mayGoOn.await();
      }));
      ProducerRef<Integer, ?> stage = silent(Overflow.block());
      stage.cast(behaviour -> {
        throw new IOException("crash");
      });
      Await.open(told, stage);
      var other = start(Stage.source("other", Integer.class));
      assertThat(other.<String>call(behaviour -> "alive")).isEqualTo("alive");
      assertThat(scope().snapshot().crashes()).isEqualTo(1);
      scope().stopChild("other");
      assertThat(stage.snapshot().incarnation()).isEqualTo(1);
      mayGoOn.countDown();
      Await.until(() -> stage.snapshot().incarnation() == 2, "it is restarted", stage);
      log.takeRestarts(1);
    }
  }

  @Nested
  class OfATemporaryStage {
    @Test
    void isToldOfItsCrashAndItsEnd() throws Exception {
      listened(Intensity.none());
      var stage = start(Stage.source("source", Integer.class)
          .withRestart(Restart.TEMPORARY));
      stage.cast(behaviour -> {
        throw new IOException("crash");
      });
      Await.end(stage);
      assertThat(toldOf("test/source").stream().map(event -> event.getClass().getSimpleName())
          .collect(Collectors.joining(" ")))
          .isEqualTo("Started Crashed Ended");
      log.take();
    }
  }
}
