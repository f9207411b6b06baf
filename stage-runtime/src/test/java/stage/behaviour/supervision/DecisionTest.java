package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.supervision.Decision;
import stage.api.supervision.DecisionRule;
import stage.api.supervision.Failure;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

class DecisionTest extends CrashTest {
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
  private volatile int crashesLeft;

  private Supervisor open(Decision decision, int intensity) {
    return open(failure -> decision, intensity);
  }

  private Supervisor open(DecisionRule rule, int intensity) {
    return open(SupervisorSpec.of("test").withIntensity(Intensity.of(intensity)).withDecisions(failure -> {
      failures.add(failure);
      return rule.decide(failure);
    }));
  }

  /** Emits 0 to limit - 1; crashes in its first turns. */
  private final class Source implements Stage.Producer<Integer> {
    private final int limit;
    private int next;

    Source(int limit) {
      this.limit = limit;
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) throws IOException {
      if (crashesLeft > 0) {
        crashesLeft--;
        throw new IOException("source");
      }
      for (long i = 0; i < demand && next < limit; i++) out.emit(next++);
      if (next == limit) out.complete();
    }
  }

  private static void ensureNotPoison(List<Integer> events) throws IOException {
    for (int event : events) if (event % 10 == 3) throw new IOException("poison " + event);
  }

  private final class Middle implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) throws IOException {
      for (int event : events) out.emit(event);
      ensureNotPoison(events);
    }
  }

  private final class Sink implements Stage.Consumer<Integer> {
    private StageContext context;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) throws IOException {
      ensureNotPoison(events);
      handled.addAll(events);
    }
  }

  private static List<Integer> healthy(int limit) {
    return IntStream.range(0, limit).filter(event -> event % 10 != 3).boxed().toList();
  }

  @Nested
  class ToResume {
    @Test
    void skipsTheEventAndKeepsTheIncarnation() throws Exception {
      Supervisor scope = open(Decision.RESUME, 0);
      ProducerRef<Integer, Source> source = start(Stage.producer("source", () -> new Source(100)));
      ConsumerRef<Integer, Sink> sink = start(Stage.consumer("sink", Sink::new)
          .withDeadLetters(letter -> letters.add(letter)).subscribeTo(source, Demand.max(20)));
      scope.join();
      scope.close();   // so that every letter has been handled
      assertThat(List.copyOf(handled)).isEqualTo(healthy(100));
      assertThat(letters).extracting(DeadLetter::event).containsExactly(3, 13, 23, 33, 43, 53, 63, 73, 83, 93);
      assertThat(letters).allMatch(letter -> letter.incarnation() == 1);
      assertThat(scope.snapshot().restarts()).isZero();
      assertThat(sink.snapshot().eventsDeadLettered()).isEqualTo(10);
      assertThat(log.take()).extracting(LogRecord::getMessage).allMatch(line -> line.contains("decision=RESUME"));
    }

    @Test
    void doesTheSameInAProducerConsumerAndPublishesNothingTwice() throws Exception {
      Supervisor scope = open(Decision.RESUME, 0);
      ProducerRef<Integer, Source> source = start(Stage.producer("source", () -> new Source(100)));
      var middle = start(Stage.producerConsumer("middle", Middle::new)
          .withDeadLetters(letter -> letters.add(letter)).subscribeTo(source, Demand.max(20)));
      start(Stage.consumer("sink", Sink::new).subscribeTo(middle));
      scope.join();
      scope.close();   // so that every letter has been handled
      assertThat(List.copyOf(handled)).isEqualTo(healthy(100));
      assertThat(letters).hasSize(10);
      assertThat(middle.snapshot().incarnation()).isEqualTo(1);
      log.take();
    }

    @Test
    void forgetsAMessage() throws Exception {
      open(Decision.RESUME, 0);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      Troupe.crash(sink);
      Await.answered(sink);
      assertThat(sink.snapshot().incarnation()).isEqualTo(1);
      log.take();
    }

    @Test
    void forgetsARunOfATimerAndKeepsTheTimer() throws Exception {
      open(Decision.RESUME, 0);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      crashesLeft = 2;
      sink.cast(stage -> stage.context.every(Duration.ofMillis(1), () -> {
        if (crashesLeft-- > 0) throw new IOException("tick");
        handled.add(1);
      }));
      Await.next(2, handled, sink);
      assertThat(sink.snapshot().incarnation()).isEqualTo(1);
      log.take();
    }

    @Test
    void runsADemandTurnAgainAndCountsIt() throws Exception {
      Supervisor scope = open(Decision.RESUME, 2);
      crashesLeft = 2;
      ProducerRef<Integer, Source> source = start(Stage.producer("source", () -> new Source(3)));
      start(Stage.consumer("sink", Sink::new).subscribeTo(source));
      scope.join();
      assertThat(source.snapshot().incarnation()).isEqualTo(1);
      assertThat(handled).containsExactly(0, 1, 2);
      assertThat(log.take()).extracting(LogRecord::getMessage)
          .allMatch(line -> line.contains("decision=RESUME restarts="));
    }

    @Test
    void doesNotGoOnForEver() throws Exception {
      Supervisor scope = open(Decision.RESUME, 2);
      crashesLeft = Integer.MAX_VALUE;
      ProducerRef<Integer, Source> source = start(Stage.producer("source", () -> new Source(3)));
      start(Stage.consumer("sink", Sink::new).subscribeTo(source));
      theScopeMayFail();
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("source");
      log.take();
    }

    @Test
    void runsAGeneratorsLoopAgain() throws Exception {
      open(Decision.RESUME, 5);
      crashesLeft = 2;
      var lives = new LinkedBlockingQueue<Integer>();
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("generator", Integer.class, () -> {
        lives.add(1);
        return out -> {
          out.emit(1);
          if (crashesLeft-- > 0) throw new IOException("loop");
        };
      }));
      start(Stage.consumer("sink", Sink::new).subscribeTo(generator));
      assertThat(Await.end(generator)).isEqualTo(new StopReason.Completed());
      assertThat(lives).hasSize(1);
      Await.next(3, handled);
      log.take();
    }
  }

  @Nested
  class ToStop {
    @Test
    void endsTheStageAndItsConsumersAndNothingElse() throws Exception {
      Supervisor scope = open(Decision.STOP, 0);
      crashesLeft = 1;
      ProducerRef<Integer, Source> source = start(Stage.producer("source", () -> new Source(100)));
      StageRef<Sink> other = start(Stage.consumer("other", Sink::new));
      ConsumerRef<Integer, Sink> sink = start(Stage.consumer("sink", Sink::new).subscribeTo(source));
      assertThat(Await.end(source)).isInstanceOf(StopReason.Crashed.class);
      assertThat(Await.end(sink)).isInstanceOf(StopReason.ProducerFailed.class);
      Await.answered(other);
      scope.close();   // and does not throw
      log.take();
    }
  }

  @Nested
  class ToEscalate {
    @Test
    void givesUpAtTheFirstCrash() throws Exception {
      Supervisor scope = open(Decision.ESCALATE, 100);
      Troupe.crash(start(Stage.consumer("sink", Sink::new)));
      theScopeMayFail();
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("off");
      assertThat(scope.snapshot().escalations()).isEqualTo(1);
      log.takeRestartsAndGivingUp(0);
    }

    @Test
    void isTheParentsToDealWith() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test"));
      Supervisor inner = scope.start(SupervisorSpec.of("inner").withDecisions(failure -> Decision.ESCALATE));
      var troupe = new Troupe();
      StageRef<Troupe.Actor> a = troupe.start(inner, "a");
      StageRef<Troupe.Actor> b = troupe.start(inner, "b");
      Troupe.crash(a);
      Await.until(() -> a.snapshot().incarnation() == 2 && b.snapshot().incarnation() == 2,
          "the whole subtree is restarted", a, b);
      log.take();
    }
  }

  @Nested
  class ARule {
    @Test
    void isToldTheFacts() throws Exception {
      Supervisor scope = open(Decision.RESTART, 5);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      var cause = new IOException("off");
      Troupe.crash(sink, cause);
      Troupe.crash(sink, cause);
      Await.until(() -> sink.snapshot().incarnation() == 3, "it is restarted twice", sink);
      assertThat(failures).containsExactly(
          new Failure("test/sink", 1, cause, "a cast", stage.api.Restart.TRANSIENT, 0),
          new Failure("test/sink", 2, cause, "a cast", stage.api.Restart.TRANSIENT, 1));
      assertThat(scope.snapshot().restarts()).isEqualTo(2);
      log.takeRestarts(2);
    }

    @Test
    void thatThrowsOrAnswersNullIsLoggedAndTakenForRestart() throws Exception {
      open(failure -> {
        if (failure.incarnation() == 1) throw new IllegalStateException("no idea");
        return null;
      }, 5);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      Troupe.crash(sink);
      Troupe.crash(sink);
      Await.until(() -> sink.snapshot().incarnation() == 3, "it is restarted twice", sink);
      assertThat(log.take()).extracting(LogRecord::getMessage)
          .anyMatch(line -> line.startsWith("the decision rule of supervisor test threw for test/sink#1"))
          .anyMatch(line -> line.startsWith("the decision rule of supervisor test returned null for test/sink#2"));
    }

    @Test
    void s59_runsOnTheStagesThreadAndUnderNoLock() throws Exception {
      var threads = new LinkedBlockingQueue<String>();
      var supervisors = new LinkedBlockingQueue<Supervisor>();
      Supervisor scope = open(failure -> {
        threads.add(Thread.currentThread().getName());
        // Whoever holds the lock would keep this from being answered.
        Await.result(() -> supervisors.peek().counts());
        return Decision.RESTART;
      }, 5);
      supervisors.add(scope);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      Troupe.crash(sink);
      assertThat(Await.next(1, threads, sink)).containsExactly("stage:test/sink#1");
      Await.until(() -> sink.snapshot().status() == StageSnapshot.Status.RUNNING && sink.snapshot().incarnation() == 2,
          "it goes on", sink);
      log.takeRestarts(1);
    }
  }
}
