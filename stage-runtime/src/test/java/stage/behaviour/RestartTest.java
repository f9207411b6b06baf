package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Once;
import stage.behaviour.support.Parts.Loop;
import stage.behaviour.support.Parts.Middle;
import stage.behaviour.support.Parts.Part;
import stage.behaviour.support.Parts.Sink;
import stage.behaviour.support.Parts.Source;

class RestartTest extends CrashTest {
  private final Lives lives = new Lives();
  private final PlannedCrashes faults = new PlannedCrashes();
  private final IOException cause = new IOException("disk on fire");

  enum Kind { PRODUCER, GENERATOR, PRODUCER_CONSUMER, CONSUMER }

  /** A stage of a kind that has nothing to do; a generator waits for demand in its first emit. */
  private StageRef<? extends Part> idle(Kind kind) {
    return switch (kind) {
      case PRODUCER -> start(Stage.producer("stage", () -> new Source(lives, faults, 1000)));
      case GENERATOR -> start(Stage.generator("stage", () -> new Loop(lives, faults, 1000)));
      case PRODUCER_CONSUMER -> start(Stage.producerConsumer("stage", () -> new Middle(lives, faults)));
      case CONSUMER -> start(Stage.consumer("stage", () -> new Sink(lives, faults)));
    };
  }

  private static void crash(StageRef<? extends Part> stage, Exception cause) throws InterruptedException {
    stage.cast(behaviour -> {
      throw cause;
    });
  }

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  private void assertRestartedOnce(StageRef<?> stage) throws InterruptedException {
    assertThat(Await.next(3, lives.all, stage)).containsExactly("start 1", "stop 1", "start 2");
    assertThat(lives.stops).containsExactly(new StopReason.Crashed(cause));
    Await.answered(stage);
    assertThat(stage.snapshot().incarnation()).isEqualTo(2);
    assertThat(stage.isAlive()).isTrue();
  }

  @Nested
  class InACast {
    @ParameterizedTest
    @EnumSource
    void f01_endsTheIncarnationAndNotTheStage(Kind kind) throws Exception {
      var stage = idle(kind);
      crash(stage, cause);
      assertRestartedOnce(stage);
      log.takeRestarts(1);
    }

    @ParameterizedTest
    @EnumSource
    void theNewIncarnationIsANewBehaviourOnTheSameThread(Kind kind) throws Exception {
      var stage = idle(kind);
      Object first = stage.<Object>call(behaviour -> behaviour);
      Thread thread = stage.call(behaviour -> Thread.currentThread());
      crash(stage, cause);
      assertThat(stage.<Object>call(behaviour -> behaviour)).isNotSameAs(first);
      assertThat(stage.<Thread>call(behaviour -> Thread.currentThread())).isSameAs(thread);
      assertThat(thread.getName()).isEqualTo("stage:test/stage#2");
      log.takeRestarts(1);
    }

    @Test
    void s11_isLoggedOnceWithFixedFieldsAndTheCause() throws Exception {
      var stage = idle(Kind.CONSUMER);
      crash(stage, cause);
      Await.answered(stage);
      List<LogRecord> lines = log.take();
      assertThat(lines).extracting(LogRecord::getMessage)
          .containsExactly("supervisor=test child=stage#1 crashed in=a cast decision=RESTART restarts=1/100 in 5s");
      assertThat(lines.getFirst().getThrown()).isSameAs(cause);
      assertThat(lines.getFirst().getLoggerName()).isEqualTo("stage.test.stage");
    }

    @Test
    void theMailboxSurvives() throws Exception {
      var stage = idle(Kind.CONSUMER);
      var entered = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      BlockingQueue<String> ran = new LinkedBlockingQueue<>();
      stage.cast(behaviour -> {
        entered.countDown();
        go.await();
        throw cause;
      });
      Await.open(entered, stage);
      for (int i = 0; i < 3; i++) {
        int number = i;
        stage.cast(behaviour -> ran.add(number + " in " + behaviour.context.incarnation()));
      }
      go.countDown();
      assertThat(Await.next(3, ran, stage)).containsExactly("0 in 2", "1 in 2", "2 in 2");
      log.takeRestarts(1);
    }

    @Test
    void aReplacementSurvives() throws Exception {
      ConsumerRef<Integer, Sink> stage = start(Stage.consumer("stage", () -> new Sink(lives, faults)));
      BlockingQueue<Integer> other = new LinkedBlockingQueue<>();
      stage.replace(() -> new Sink(lives, faults, other));
      crash(stage, cause);
      assertThat(stage.<Boolean>call(behaviour -> behaviour.handled == other)).isTrue();
      assertThat(stage.snapshot().incarnation()).isEqualTo(3);
      log.takeRestarts(1);
    }

    @Test
    void timersEndWithTheirIncarnation() throws Exception {
      var stage = idle(Kind.CONSUMER);
      BlockingQueue<String> rang = new LinkedBlockingQueue<>();
      stage.cast(behaviour -> {
        behaviour.context.after(Duration.ofMillis(1), () -> rang.add("old"));
        throw cause;
      });
      stage.cast(behaviour -> behaviour.context.after(Duration.ofMillis(1), () -> rang.add("new")));
      assertThat(Await.next(rang, stage)).isEqualTo("new");
      log.takeRestarts(1);
    }
  }

  @Nested
  class InATimer {
    @ParameterizedTest
    @EnumSource
    void isARestartToo(Kind kind) throws Exception {
      var stage = idle(kind);
      stage.cast(behaviour -> behaviour.context.after(Duration.ZERO, () -> {
        throw cause;
      }));
      assertRestartedOnce(stage);
      assertThat(log.take()).extracting(LogRecord::getMessage)
          .containsExactly("supervisor=test child=stage#1 crashed in=a timer"
              + " decision=RESTART restarts=1/100 in 5s");
    }
  }

  @Nested
  class InACall {
    @ParameterizedTest
    @EnumSource
    void isItsCallersAndNoRestart(Kind kind) throws Exception {
      var stage = idle(kind);
      assertThatThrownBy(() -> stage.call(behaviour -> {
        throw cause;
      })).isInstanceOf(CallFailedException.class).cause().isSameAs(cause);
      Await.answered(stage);
      assertThat(stage.snapshot().incarnation()).isEqualTo(1);
      assertThat(lives.all).containsExactly("start 1");
    }
  }

  @Nested
  class OfAnyThrowable {
    static Stream<Throwable> throwables() {
      return Stream.of(new IOException("checked"), new AssertionError("f03"), new NoClassDefFoundError("f03"),
          new StackOverflowError(),
          new OutOfMemoryError("f05"), new Throwable((String) null), new Evil());
    }

    static final class Evil extends Exception {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        throw new IllegalStateException("f06");
      }

      @Override
      public String toString() {
        return "evil, but JUnit must name it";
      }
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void f02_to_f06_s57_isARestartWithItsCauseIntact(Throwable thrown) throws Exception {
      faults.before = new Once(thrown);
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 100)));
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      var sink = start(Stage.consumer("sink", source, () -> new Sink(lives, faults, handled)));
      assertThat(Await.next(100, handled, sink)).isEqualTo(upTo(100));
      assertThat(Await.next(lives.stops, sink)).isInstanceOfSatisfying(StopReason.Crashed.class, crashed ->
          assertThat(crashed.cause()).isSameAs(thrown));
      assertThat(log.take()).extracting(LogRecord::getThrown).containsExactly(thrown);
    }

    @Test
    void f04_aRealStackOverflowToo() throws Exception {
      var stage = idle(Kind.CONSUMER);
      stage.cast(behaviour -> deeper(0));
      assertThat(Await.next(3, lives.all, stage)).containsExactly("start 1", "stop 1", "start 2");
      assertThat(lives.stops.peek()).isInstanceOfSatisfying(StopReason.Crashed.class, crashed ->
          assertThat(crashed.cause()).isInstanceOf(StackOverflowError.class));
      log.takeRestarts(1);
    }

    private long deeper(long depth) {
      return deeper(depth + 1) + depth;
    }
  }

  @Nested
  class WhenStarting {
    @ParameterizedTest
    @EnumSource
    void s15_aRestartThatFailsIsTriedAgainAndCountedAgain(Kind kind) throws Exception {
      var stage = idle(kind);
      var second = new IOException("still on fire");
      faults.onStart = new Once(2, second);
      crash(stage, cause);
      assertThat(Await.next(5, lives.all, stage)).containsExactly("start 1", "stop 1", "start 2", "start 2", "start 2");
      Await.answered(stage);
      List<LogRecord> lines = log.take();
      assertThat(lines).extracting(LogRecord::getThrown).as("the same trace is not shown twice")
          .containsExactly(cause, second, null);
      assertThat(lines.getLast().getMessage())
          .endsWith("; cause=java.io.IOException: still on fire, same stack trace as stage#1");
    }

    @ParameterizedTest
    @EnumSource
    void k06_theFirstCauseIsNamedWhenItsRestartsFailForAnotherReason(Kind kind) throws Exception {
      Supervisor scope = open(Intensity.of(2));
      var stage = idle(kind);
      var last = new IllegalStateException("only supports one subscriber");
      faults.onStart = new Once(100, last);
      crash(stage, cause);
      StageFailedException failed =
          catchThrowableOfType(StageFailedException.class, () -> scope.join(Duration.ofSeconds(60)));
      assertThat(failed).hasCause(last).hasSuppressedException(cause)
          .hasMessageMatching("stage test/stage failed in onStart: java\\.lang\\.IllegalStateException:"
              + " only supports one subscriber \\(RestartTest\\.java:\\d+\\), after 2 earlier crashes,"
              + " the first in .+: java\\.io\\.IOException.* \\(RestartTest\\.java:\\d+\\)");
      log.takeRestartsAndGivingUp(2);
    }

    @ParameterizedTest
    @EnumSource
    void s15_tooManyFailedRestartsFailTheScope(Kind kind) throws Exception {
      Supervisor scope = open(Intensity.of(2));
      var stage = idle(kind);
      var last = new IOException("still on fire");
      faults.onStart = new Once(100, last);
      crash(stage, cause);
      StageFailedException failed =
          catchThrowableOfType(StageFailedException.class, () -> scope.join(Duration.ofSeconds(60)));
      assertThat(failed).hasCause(last)
          .hasMessageMatching("stage test/stage failed in onStart: java\\.io\\.IOException: still on fire"
              + " \\(RestartTest\\.java:\\d+\\), after 2 earlier crashes");
      assertThat(stage.join()).isEqualTo(new StopReason.Crashed(last));
      assertThat(lives.all).containsExactly("start 1", "stop 1", "start 2", "start 2");
      log.takeRestartsAndGivingUp(2);
    }

    @Test
    void s05_aFirstStartThatFailsIsNotTriedAgain() {
      scope();
      faults.onStart = new Once(100, cause);
      assertThatThrownBy(() -> idle(Kind.CONSUMER)).isInstanceOf(StageFailedException.class).hasCause(cause);
      assertThat(lives.all).containsExactly("start 1");
    }

    @Test
    void aFactoryThatThrowsIsAFailedRestart() throws Exception {
      var failing = new PlannedCrashes();
      ConsumerRef<Integer, Sink> stage = start(Stage.consumer("stage", () -> {
        failing.before.crash();
        return new Sink(lives, faults);
      }));
      failing.before = new Once(2, new IOException("no room"));
      crash(stage, cause);
      assertThat(Await.next(3, lives.all, stage)).containsExactly("start 1", "stop 1", "start 2");
      Await.answered(stage);
      log.takeRestarts(3);
    }

    @ParameterizedTest
    @EnumSource
    void f39_aCloseInterruptsARestartThatBlocks(Kind kind) throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withIntensity(Intensity.of(5)).withShutdown(Duration.ZERO));
      var blocked = new CountDownLatch(1);
      var never = new CountDownLatch(1);
      var fires = new PlannedCrashes();
      StageRef<?> stage = switch (kind) {
        case PRODUCER -> start(Stage.producer("stage", () -> new Source(block(fires, blocked, never), faults, 9)));
        case GENERATOR -> start(Stage.generator("stage", () -> new Loop(block(fires, blocked, never), faults, 9)));
      case PRODUCER_CONSUMER -> start(
          Stage.producerConsumer("stage", () -> new Middle(block(fires, blocked, never), faults)));
        case CONSUMER -> start(Stage.consumer("stage", () -> new Sink(block(fires, blocked, never), faults)));
      };
      fires.before = new Once(100, cause);
      stage.cast(behaviour -> {
        throw cause;
      });
      Await.open(blocked, stage);
      scope.close();
      assertThat(stage.join()).isEqualTo(new StopReason.Stopped());
      log.takeRestarts(1);
    }

    /** Blocks forever where it would crash. */
    private Lives block(PlannedCrashes fires, CountDownLatch blocked, CountDownLatch never)
        throws InterruptedException {
      try {
        fires.before.crash();
      } catch (Exception e) {
        blocked.countDown();
        never.await();
      }
      return lives;
    }

    @Test
    void s58_theInterruptFlagOfTheOldIncarnationIsGone() throws Exception {
      BlockingQueue<Integer> started = new LinkedBlockingQueue<>();
      class Interrupter implements Stage.Consumer<Integer> {
        @Override
        public void onStart(StageContext context) throws InterruptedException {
          new Semaphore(1).acquire();   // throws if the flag is set
          started.add(context.incarnation());
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {}

        @Override
        public void onStop(StopReason reason) {
          Thread.currentThread().interrupt();
        }
      }
      var stage = start(Stage.consumer("stage", Interrupter::new));
      stage.cast(behaviour -> {
        throw cause;
      });
      assertThat(Await.next(2, started, stage)).containsExactly(1, 2);
      log.takeRestarts(1);
    }
  }

  @Nested
  class WhenStopping {
    @ParameterizedTest
    @EnumSource
    void f10_aCrashInOnStopIsReportedAndTheRestartGoesOn(Kind kind) throws Exception {
      var stage = idle(kind);
      var second = new IOException("cannot even stop");
      faults.onStop = new Once(second);
      crash(stage, cause);
      assertRestartedOnce(stage);
      List<LogRecord> lines = log.take();
      assertThat(lines).extracting(LogRecord::getThrown).containsExactly(cause, second);
      assertThat(lines.getLast().getMessage()).isEqualTo("onStop of stage test/stage threw");
    }

    @Test
    void aStopThatWasAskedForMeanwhileIsObeyed() throws Exception {
      var stage = idle(Kind.CONSUMER);
      stage.cast(behaviour -> {
        behaviour.context.stop();
        throw cause;
      });
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
      assertThat(lives.all).containsExactly("start 1", "stop 1");
      log.takeRestarts(1);
    }

    @Test
    void messagesToAStageThatWasStoppedBetweenTwoIncarnationsAreRefused() throws Exception {
      var entered = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      var stage = idle(Kind.CONSUMER);
      stage.cast(behaviour -> {
        entered.countDown();
        go.await();
        throw cause;
      });
      Await.open(entered, stage);
      var call = new Await.Other<>(() -> stage.call(behaviour -> behaviour.context.incarnation()));
      call.blocks();
      stage.cast(behaviour -> behaviour.context.incarnation());   // would crash if there were no behaviour
      stage.stop();
      go.countDown();
      assertThatThrownBy(() -> call.result(stage)).isInstanceOf(StageEndedException.class);
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
      log.takeRestarts(1);
    }
  }

  @Nested
  class InTheMiddleOfATurn {
    private final Lives[] all = {new Lives(), new Lives(), new Lives()};
    private final PlannedCrashes[] allFaults = {new PlannedCrashes(), new PlannedCrashes(), new PlannedCrashes()};
    private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
    private ProducerRef<Integer, ? extends Part> source;
    private ProducerConsumerRef<Integer, Integer, Middle> middle;
    private ConsumerRef<Integer, Sink> sink;

    private void startAll(Kind sourceKind, int limit) {
      source = sourceKind == Kind.PRODUCER
          ? start(Stage.producer("source", () -> new Source(all[0], allFaults[0], limit)))
          : start(Stage.generator("source", () -> new Loop(all[0], allFaults[0], limit)));
      var middleSpec = Stage.producerConsumer("middle", () -> new Middle(all[1], allFaults[1]));
      middle = start(middleSpec.subscribeTo(source, Demand.max(10)));
      sink = start(
          Stage.consumer("sink", middle, () -> new Sink(all[2], allFaults[2], handled)).withDemand(Demand.max(10)));
    }

    private List<Integer> expected(int limit) {
      return IntStream.concat(IntStream.range(0, limit), IntStream.of(-1)).boxed().toList();
    }

    @ParameterizedTest(name = "crashing stage {0}")
    @ValueSource(ints = {0, 1, 2})
    void f01_whatItEmittedIsDiscardedAndWhatItTookIsDeliveredAgain(int crashing) throws Exception {
      allFaults[crashing].after = new Once(cause);
      startAll(Kind.PRODUCER, 100);
      assertThat(Await.next(101, handled, source, middle, sink)).isEqualTo(expected(100));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      for (int i = 0; i < 3; i++) {
        assertThat(all[i].starts).as("starts of stage %d", i).hasSize(i == crashing ? 2 : 1);
        assertThat(all[i].stops).as("stops of stage %d", i).hasSize(i == crashing ? 2 : 1);
      }
      log.takeRestarts(1);
    }

    @ParameterizedTest(name = "before emit: {0}")
    @ValueSource(booleans = {true, false})
    void f01_aGeneratorBeginsAgainWhereItsStateStands(boolean before) throws Exception {
      if (before) allFaults[0].before = new Once(3, cause);
      else allFaults[0].after = new Once(3, cause);
      startAll(Kind.GENERATOR, 100);
      assertThat(Await.next(101, handled, source, middle, sink)).isEqualTo(expected(100));
      assertThat(Await.end(source)).isEqualTo(new StopReason.Completed());
      assertThat(all[0].starts).containsExactly(1, 2, 3, 4);
      log.takeRestarts(3);
    }

    @ParameterizedTest(name = "crashing stage {0}")
    @ValueSource(ints = {0, 1, 2})
    void neighboursKeepTheirIncarnationAndTheirSubscriptions(int crashing) throws Exception {
      startAll(Kind.PRODUCER, Integer.MAX_VALUE);
      Await.next(50, handled, source, middle, sink);
      long[] before = subscriptions();
      allFaults[crashing].before = new Once(cause);
      Await.next(2, all[crashing].starts, source, middle, sink);
      Await.next(100, handled, source, middle, sink);
      // its onStart has been seen, and is over after this
      Await.answered(List.of(source, middle, sink).get(crashing));
      assertThat(subscriptions()).isEqualTo(before);
      StageRef<?>[] refs = {source, middle, sink};
      for (int i = 0; i < 3; i++) assertThat(refs[i].snapshot().incarnation()).isEqualTo(i == crashing ? 2 : 1);
      log.takeRestarts(1);
    }

    private long[] subscriptions() {
      return Stream.of(source, middle).flatMap(ref -> ref.snapshot().outputs().stream())
          .mapToLong(SubscriptionSnapshot::id).toArray();
    }

    @Test
    void f38_s27_twoNeighboursMayCrashAtOnce() throws Exception {
      startAll(Kind.PRODUCER, 200_000);   // so many that none has ended before the casts are there
      var barrier = new CyclicBarrier(3);
      for (StageRef<? extends Part> ref : List.of(source, middle, sink)) {
        ref.cast(behaviour -> {
          barrier.await();
          throw cause;
        });
      }
      assertThat(Await.next(200_001, handled, source, middle, sink)).isEqualTo(expected(200_000));
      for (Lives each : all) assertThat(each.starts).containsExactly(1, 2);
      log.takeRestarts(3);
    }

    @Test
    void onSubscribeThatCrashesIsRunAgain() throws Exception {
      allFaults[1].onSubscribe = new Once(cause);
      allFaults[2].onSubscribe = new Once(cause);
      startAll(Kind.PRODUCER, 20);
      assertThat(Await.next(21, handled, source, middle, sink)).isEqualTo(expected(20));
      log.takeRestarts(2);
    }

    @Test
    void onCompleteThatCrashesIsRunAgain() throws Exception {
      allFaults[1].onComplete = new Once(2, cause);
      allFaults[2].onComplete = new Once(2, cause);
      startAll(Kind.PRODUCER, 20);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(expected(20));
      assertThat(all[1].starts).containsExactly(1, 2, 3);
      assertThat(all[2].starts).containsExactly(1, 2, 3);
      log.takeRestarts(4);
    }
  }

  @Nested
  class WhatSurvives {
    @Test
    void demandIsHandedInAgain() throws Exception {
      BlockingQueue<Long> demands = new LinkedBlockingQueue<>();
      var source = start(Stage.producer("source", Integer.class, () -> (demand, out) -> demands.add(demand)));
      start(Stage.consumer("sink", source, () -> new Sink(lives, faults)).withDemand(Demand.max(10)));
      assertThat(Await.next(demands, source)).isEqualTo(10);
      source.castEmit((behaviour, out) -> out.emitAll(List.of(1, 2, 3)));
      assertThat(Await.next(demands, source)).as("the rest, of a stage that has emitted something").isEqualTo(7);
      source.cast(behaviour -> {
        throw cause;
      });
      assertThat(Await.next(demands, source)).as("the same, of its next incarnation").isEqualTo(7);
      log.takeRestarts(1);
    }

    @Test
    void theBacklogOfAProducerIsDelivered() throws Exception {
      var spec = Stage.source("source", Integer.class);
      var source = start(spec.withOverflow(Overflow.dropOldest(100)));
      source.castEmit((behaviour, out) -> out.emitAll(upTo(50)));
      source.castEmit((behaviour, out) -> {
        out.emit(1000);
        throw cause;
      });
      Await.answered(source);
      assertThat(source.snapshot().backlog()).isEqualTo(50);
      assertThat(source.snapshot().eventsEmitted()).isEqualTo(50);
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      start(Stage.consumer("sink", source, () -> new Sink(lives, faults, handled)).withDemand(Demand.max(3)));
      assertThat(Await.next(50, handled, source)).isEqualTo(upTo(50));
      log.takeRestarts(1);
    }

    @Test
    void theBacklogOfAProducerConsumerIsDelivered() throws Exception {
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 1)));
      var spec = Stage.producerConsumer("middle", Integer.class, Integer.class, () ->
          (events, from, out) -> out.emitAll(upTo(10)));
      var middle = start(spec.subscribeTo(source));
      var held = new HeldConsumer<Integer>();
      var sink = start(Stage.consumer("sink", middle, () -> held).withDemand(Demand.max(1)));
      assertThat(Await.next(held.entered, sink)).containsExactly(0);
      held.letGo();
      assertThat(Await.next(10, held.handled, middle, sink)).isEqualTo(upTo(10));
    }

    @Test
    void thePauseGoesOn() throws Exception {
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 10)));
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      var sink = start(Stage.consumer("sink", () -> new Sink(lives, faults, handled)));
      sink.pause();
      sink.subscribeTo(source);
      crash(sink, cause);
      assertThat(Await.next(2, lives.starts, sink)).containsExactly(1, 2);
      Await.until(() -> source.snapshot().eventsEmitted() == 10, "all is emitted", source, sink);
      Await.until(() -> sink.snapshot().awaiting().equals("MAIL"), "the sink waits for mail only", sink);
      assertThat(sink.snapshot().status()).isEqualTo(StageSnapshot.Status.PAUSED);
      assertThat(handled).isEmpty();
      sink.resume();
      assertThat(Await.next(10, handled, sink)).isEqualTo(upTo(10));
      log.takeRestarts(1);
    }

    @Test
    void f21_aSubscriptionThatWasCancelledMeanwhileIsNotResurrected() throws Exception {
      var source = start(Stage.source("source", Integer.class));
      var stopping = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      BlockingQueue<Integer> subscribed = new LinkedBlockingQueue<>();
      class Slow implements Stage.Consumer<Integer> {
        @Override
        public void onSubscribe(Inlet<Integer> to) {
          subscribed.add(1);
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {}

        @Override
        public void onStop(StopReason reason) throws InterruptedException {
          stopping.countDown();
          go.await();
        }
      }
      var sink = start(Stage.consumer("sink", Slow::new));
      Subscription subscription = sink.subscribeTo(SubscriptionSpec.to(source));
      Await.next(subscribed, sink);
      sink.cast(behaviour -> {
        throw cause;
      });
      Await.open(stopping, sink);
      subscription.cancel();
      go.countDown();
      Await.until(() -> source.snapshot().outputs().isEmpty(), "the source has no consumer", source, sink);
      Await.answered(sink);
      assertThat(subscribed).isEmpty();
      assertThat(sink.snapshot().inputs()).isEmpty();
      log.takeRestarts(1);
    }

    @Test
    void aFailedTurnCanPublishNothingInOnStop() throws Exception {
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 10)));
      BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
      var once = new Once(cause);
      class Late implements Stage.ProducerConsumer<Integer, Integer> {
        private Inlet<Integer> from;

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
          this.from = from;
          out.emitAll(events);
          once.crash();
        }

        @Override
        public void onStop(StopReason reason) {
          if (!(reason instanceof StopReason.Crashed)) return;
          try {
            from.commit(1);
          } catch (IllegalArgumentException refused) {
            refusals.add(refused.getMessage());
          }
          from.commit(0);
        }
      }
      var middle = start(Stage.producerConsumer("middle", source, Late::new).withDemand(Demand.max(4)));
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      start(Stage.consumer("sink", middle, () -> new Sink(lives, faults, handled)));
      assertThat(Await.next(10, handled, middle)).isEqualTo(upTo(10));
      assertThat(refusals)
          .containsExactly("commit must be of 0 to 0 events, what is left of the batch in hand, but was of 1");
      log.takeRestarts(1);
    }
  }

  @Nested
  class AStageThatIsNotRestarted {
    @ParameterizedTest
    @EnumSource
    void s08_aTemporaryOneEndsAndItsSupervisorGoesOn(Kind kind) throws Exception {
      Supervisor scope = scope();
      StageRef<?> stage = switch (kind) {
      case PRODUCER -> start(
          Stage.producer("stage", () -> new Source(lives, faults, 9)).withRestart(Restart.TEMPORARY));
      case GENERATOR -> start(
          Stage.generator("stage", () -> new Loop(lives, faults, 9)).withRestart(Restart.TEMPORARY));
      case PRODUCER_CONSUMER -> start(
          Stage.producerConsumer("stage", () -> new Middle(lives, faults)).withRestart(Restart.TEMPORARY));
        case CONSUMER -> start(Stage.consumer("stage", () -> new Sink(lives, faults)).withRestart(Restart.TEMPORARY));
      };
      stage.cast(behaviour -> {
        throw cause;
      });
      assertThat(scope.join(Duration.ofSeconds(60))).isTrue();
      assertThat(stage.join()).isEqualTo(new StopReason.Crashed(cause));
      assertThat(lives.all).containsExactly("start 1", "stop 1");
      assertThat(scope.childSnapshots()).isEmpty();
      assertThat(log.take()).singleElement().extracting(LogRecord::getMessage).asString()
          .endsWith("decision=NONE: it is temporary");
    }

    @Test
    void s12_withoutIntensityTheFirstCrashFailsTheScope() throws Exception {
      Supervisor scope = open(Intensity.none());
      crash(idle(Kind.CONSUMER), cause);
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasCause(cause);
      assertThat(lives.all).containsExactly("start 1", "stop 1");
      log.take();
    }

    @Test
    void s12_f37_moreCrashesThanTheIntensityFailTheScopeWithTheLastCause() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      var bystander = start(Stage.producer("bystander", () -> new Source(new Lives(), new PlannedCrashes(), 9)));
      var stage = idle(Kind.PRODUCER_CONSUMER);
      for (int i = 1; i <= 4; i++) crash(stage, new IOException("number " + i));
      StageFailedException failed =
          catchThrowableOfType(StageFailedException.class, () -> scope.join(Duration.ofSeconds(60)));
      assertThat(failed.path()).isEqualTo("test/stage");
      assertThat(failed.getCause()).hasMessage("number 4");
      assertThat(lives.starts).containsExactly(1, 2, 3, 4);
      assertThat(bystander.join()).isEqualTo(new StopReason.Stopped());
      log.takeRestartsAndGivingUp(3);
    }

    @Test
    void s14_theIntensityIsTheScopesAndNotTheStages() throws Exception {
      Supervisor scope = open(Intensity.of(1));
      var one = start(Stage.consumer("one", () -> new Sink(lives, faults)));
      var two = start(Stage.consumer("two", () -> new Sink(lives, faults)));
      crash(one, cause);
      Await.answered(one);
      crash(two, cause);
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasMessageContaining("test/two");
      assertThat(one.join()).isEqualTo(new StopReason.Stopped());
      log.takeRestartsAndGivingUp(1);
    }

    @Test
    void s08_aLateMessageThatFailsIsNoReasonToKeepTheLastEventsBack() throws Exception {
      Supervisor scope = scope();
      var spec = Stage.source("source", Integer.class);
      var source = start(spec.withOverflow(Overflow.dropOldest(100)));
      var held = new HeldConsumer<Integer>();
      var sink = start(Stage.consumer("sink", source, () -> held).withDemand(Demand.max(1)));
      source.castEmit((behaviour, out) -> out.emitAll(upTo(3)));
      Await.next(held.entered, sink);
      source.stop();
      Await.until(() -> source.snapshot().status() == StageSnapshot.Status.DRAINING, "the source drains", source);
      source.cast(behaviour -> {
        throw cause;
      });
      Await.until(() -> scope.snapshot().errorsAfterCancel() == 1, "the message has failed", source);
      held.letGo();
      assertThat(Await.end(source)).isEqualTo(new StopReason.Stopped());
      scope.join(Duration.ofSeconds(60));
      assertThat(source.snapshot().eventsUndelivered()).isZero();
      assertThat(log.take()).singleElement().satisfies(line -> assertThat(line.getThrown()).isSameAs(cause));
    }

    /** Crashes once, when it is let go; is there already when its scope begins to close. */
    private Await.Other<Supervisor> closing(Duration shutdown, CountDownLatch go, Queue<Integer> handled)
        throws InterruptedException {
      var turn = new CountDownLatch(1);
      StageRef<?>[] source = {null};
      var closing = new Await.Other<>(() -> {
        Supervisor closed;
        try (Supervisor scope =
            Supervisor.open(SupervisorSpec.of("closing").withIntensity(Intensity.of(9)).withShutdown(shutdown))) {
          closed = scope;
          var numbers =
              scope.start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 1000)));
          source[0] = numbers;
          scope.start(Stage.consumer("sink", numbers, () -> {
            lives.all.add("made");
            boolean crashes = lives.all.size() == 1;
            return (events, from) -> {
              turn.countDown();
              if (crashes) {
                try {
                  go.await();
                } catch (InterruptedException cancelled) {
                  cause.addSuppressed(cancelled);
                }
                throw cause;
              }
              handled.addAll(events);
            };
          }).withDemand(Demand.max(2)));
          turn.await();
        }
        return closed;
      });
      Await.open(turn);
      Await.until(() -> source[0].snapshot().status() != StageSnapshot.Status.RUNNING, "the scope closes", source[0]);
      return closing;
    }

    @Test
    void aCrashWhileTheScopeDrainsIsARestartSoThatWhatIsInFlightIsHandled() throws Exception {
      var go = new CountDownLatch(1);
      Queue<Integer> handled = new ConcurrentLinkedQueue<>();
      var closing = closing(Duration.ofSeconds(60), go, handled);
      go.countDown();
      assertThat(closing.result().report().isClean()).isTrue();
      assertThat(lives.all).containsExactly("made", "made");
      assertThat(handled).contains(0, 1);
      log.takeRestarts(1);
    }

    @Test
    void s08_s31_anErrorAfterTheTimeToDrainIsCountedAndNoRestart() throws Exception {
      Supervisor closed = closing(Duration.ZERO, new CountDownLatch(1), new ConcurrentLinkedQueue<>()).result();
      assertThat(closed.report().cancelled()).contains("closing/sink");
      assertThat(closed.snapshot().errorsAfterCancel()).isEqualTo(1);
      assertThat(closed.snapshot().crashes()).isZero();
      assertThat(lives.all).containsExactly("made");
    }
  }

  @Nested
  class WithBackoff {
    private final Duration hour = Duration.ofHours(1);

    private Supervisor openWith(Backoff backoff) {
      return open(SupervisorSpec.of("test").withIntensity(Intensity.of(100)).withBackoff(backoff));
    }

    private StageRef<? extends Part> backingOff(Kind kind) throws InterruptedException {
      openWith(new Backoff(hour, hour, 0));
      var stage = idle(kind);
      crash(stage, cause);
      Await.until(() -> stage.snapshot().awaiting().startsWith("BACKOFF"), "it backs off", stage);
      return stage;
    }

    @ParameterizedTest
    @EnumSource
    void s16_restartsWhenTheWaitIsOver(Kind kind) throws Exception {
      openWith(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2)));
      var stage = idle(kind);
      crash(stage, cause);
      assertRestartedOnce(stage);
      assertThat(log.take()).singleElement().extracting(LogRecord::getMessage).asString()
          .contains(" decision=RESTART in=");
    }

    @Test
    void s16_showsThatItWaits() throws Exception {
      var stage = backingOff(Kind.CONSUMER);
      assertThat(stage.snapshot().status()).isEqualTo(StageSnapshot.Status.BACKING_OFF);
      assertThat(stage.isAlive()).isTrue();
      assertThat(lives.all).containsExactly("start 1", "stop 1");
      assertThat(log.take()).extracting(LogRecord::getMessage)
          .containsExactly(
              "supervisor=test child=stage#1 crashed in=a cast decision=RESTART in=3600000ms restarts=1/100 in 5s");
    }

    @ParameterizedTest
    @EnumSource
    void s32_canBeStopped(Kind kind) throws Exception {
      var stage = backingOff(kind);
      stage.stop();
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
      assertThat(lives.all).containsExactly("start 1", "stop 1");
      log.takeRestarts(1);
    }

    @ParameterizedTest
    @EnumSource
    void f39_aCloseDoesNotWaitForIt(Kind kind) throws Exception {
      var stage = backingOff(kind);
      scope().close();
      assertThat(scope().report().cancelled()).isEmpty();
      assertThat(stage.join()).isEqualTo(new StopReason.Stopped());
      assertThat(lives.all).containsExactly("start 1", "stop 1");
      log.takeRestarts(1);
    }

    @Test
    void inADrainACompletionThatCrashedIsRunAgain() throws Exception {
      openWith(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2)));
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      faults.onComplete = new Once(2, cause);
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 5)));
      var middle = start(Stage.producerConsumer("middle", () -> new Middle(lives, faults)));
      var drains = new CountDownLatch(1);
      middle.cast(behaviour -> drains.await());
      middle.subscribeTo(source);
      start(Stage.consumer("sink", middle, () -> new Sink(new Lives(), new PlannedCrashes(), handled)));
      scope().stop();
      drains.countDown();
      scope().close();
      assertThat(handled).last().isEqualTo(-1);
      assertThat(lives.starts).containsExactly(1, 2, 3);
      log.takeRestarts(2);
    }

    @Test
    void inADrainACrashDoesNotKeepItFromItsCompletion() throws Exception {
      openWith(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2)));
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      var source = start(Stage.source("source", Integer.class));
      var middle = start(Stage.producerConsumer("middle", () -> new Middle(lives, faults)).subscribeTo(source));
      start(Stage.consumer("sink", middle, () -> new Sink(new Lives(), new PlannedCrashes(), handled)));
      source.castEmit((behaviour, out) -> out.emitAll(upTo(5)));
      assertThat(Await.next(5, handled, source, middle)).isEqualTo(upTo(5));
      var holding = new CountDownLatch(1);
      var completed = new CountDownLatch(1);
      middle.cast(behaviour -> {
        holding.countDown();
        completed.await();
        throw cause;
      });
      Await.open(holding, middle);
      scope().stop();
      Await.end(source);
      completed.countDown();
      scope().close();
      assertThat(handled).containsExactly(-1);
      assertThat(lives.starts).containsExactly(1, 2);
      log.takeRestarts(1);
    }

    @Test
    void whatItHadNotHandledWhenTheTimeToDrainIsOverIsReturned() throws Exception {
      open(SupervisorSpec.of("test").withBackoff(new Backoff(hour, hour, 0)).withShutdown(Duration.ofMillis(20)));
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 5)));
      faults.before = new Once(cause);
      var sink = start(Stage.consumer("sink", source, () -> new Sink(lives, faults)));
      Await.until(() -> sink.snapshot().awaiting().startsWith("BACKOFF"), "it backs off", sink);
      scope().close();
      assertThat(scope().report().eventsReturned() + scope().report().eventsUndelivered()).isEqualTo(5);
      log.takeRestarts(1);
    }

    @Test
    void callsWaitAndAreRefusedAtItsEnd() throws Exception {
      var stage = backingOff(Kind.CONSUMER);
      var call = new Await.Other<>(() -> stage.call(behaviour -> behaviour.context.incarnation()));
      call.blocks();
      stage.cast(behaviour -> behaviour.context.incarnation());
      stage.stop();
      assertThatThrownBy(() -> call.result(stage)).isInstanceOf(StageEndedException.class);
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
      log.takeRestarts(1);
    }

    @Test
    void f36_othersMaySubscribeMeanwhile() throws Exception {
      openWith(Backoff.exponential(Duration.ofMillis(20), Duration.ofMillis(20)));
      var source = start(Stage.producer("source", () -> new Source(lives, faults, 5)));
      crash(source, cause);
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      start(Stage.consumer("sink", source, () -> new Sink(new Lives(), new PlannedCrashes(), handled)));
      assertThat(Await.next(5, handled, source)).isEqualTo(upTo(5));
      log.takeRestarts(1);
    }
  }

  @Nested
  class UnderRedeliveryOfManyAttempts {
    @Test
    void s12_aStageThatCrashesForEverIsGivenUp() {
      Supervisor scope = open(Intensity.of(5));
      theScopeMayFail();
      var source = start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 10)));
      faults.before = new Once(1000, cause);
      start(Stage.consumer("sink", source, () -> new Sink(lives, faults)).withRedelivery(Redelivery.attempts(1000)));
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasCause(cause);
      assertThat(lives.starts).containsExactly(1, 2, 3, 4, 5, 6);
      log.takeRestartsAndGivingUp(5);
    }
  }
}
