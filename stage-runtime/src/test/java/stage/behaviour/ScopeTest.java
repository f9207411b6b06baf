package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class ScopeTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  private static SupervisorSpec hasty(String name) {
    return SupervisorSpec.of(name).withIntensity(Intensity.none()).withShutdown(Duration.ZERO);
  }

  @Nested
  class ItsOwner {
    private final String me = Thread.currentThread().getName();

    @Test
    void aloneMayCloseIt() {
      assertThatThrownBy(() -> Await.result(() -> {
        scope.close();
        return null;
      })).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("close() on scope test belongs to thread " + me + ", which opened it, but was called on other");
      start(Stage.producer("idle", Idle::new));   // it is still open
    }

    @Test
    void aloneMayJoinIt() {
      assertThatThrownBy(() -> Await.result(() -> {
        scope.join();
        return null;
      })).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("join() on scope test belongs to thread " + me + ", which opened it, but was called on other");
      assertThatThrownBy(() -> Await.result(() -> scope.join(Duration.ZERO))).isInstanceOf(ScopeMisuseException.class);
    }

    @Test
    void f40_isNotAStageOfIt() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThatThrownBy(() -> sink.call(stage -> {
        scope.close();
        return null;
      })).cause().isInstanceOf(ScopeMisuseException.class).hasMessageEndingWith(
          "but was called on stage:test/sink#1, one of its own stages; use stop(), which does not wait");
      Await.answered(sink);
    }

    @Test
    void mayBeAStageWithAScopeOfItsOwn() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      String path = sink.<String>call(stage -> {
        try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
          return startIn(inner, Stage.producer("idle", Idle::new)).path();
        }
      });
      assertThat(path).isEqualTo("inner/idle");
    }
  }

  @Nested
  class ScopesOfOneThread {
    @Test
    void areClosedInReverseOrder() {
      var outer = Supervisor.open(SupervisorSpec.of("outer").withIntensity(Intensity.none()));
      var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()));
      inner.close();
      outer.close();
      assertThat(outer.report().isClean()).isTrue();
    }

    @Test
    void areBothClosedWhenTheOuterOneIsClosedFirst() {
      var outer = Supervisor.open(SupervisorSpec.of("outer").withIntensity(Intensity.none()));
      var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()));
      var idle = startIn(inner, Stage.producer("idle", Idle::new));
      assertThatThrownBy(outer::close)
          .isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope outer was closed before inner, which thread " + Thread.currentThread().getName()
              + " opened later; both are closed now, but scopes must be closed in reverse order");
      assertThat(idle.isAlive()).isFalse();
      inner.close();   // changes nothing
      assertThat(inner.report().isClean()).isTrue();
    }

    @Test
    void areBothClosedAlsoWhenTheInnerOneHasFailed() throws Exception {
      var outer = Supervisor.open(SupervisorSpec.of("outer").withIntensity(Intensity.none()));
      var idle = startIn(outer, Stage.producer("idle", Idle::new));
      var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()));
      var cause = new IOException("crash");
      var crasher = startIn(inner, Stage.consumer("crasher", QueueSink::new));
      crasher.cast(stage -> {
        throw cause;
      });
      Await.end(crasher);
      ScopeMisuseException misuse = catchThrowableOfType(ScopeMisuseException.class, outer::close);
      assertThat(misuse.getSuppressed()).singleElement()
          .satisfies(failed -> assertThat(failed).isInstanceOf(StageFailedException.class).hasCause(cause));
      assertThat(idle.isAlive()).isFalse();
      outer.close();
      assertThat(outer.report().isClean()).isTrue();
    }

    @Test
    void ofTwoThreadsMayBeClosedInAnyOrder() throws Exception {
      var opened = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      var other = new Await.Other<>(() -> {
        try (var theirs = Supervisor.open(SupervisorSpec.of("theirs").withIntensity(Intensity.none()))) {
          assertThat(theirs.children()).isEmpty();
          opened.countDown();
          goOn.await();
        }
        return "closed";
      });
      Await.open(opened);
      Supervisor.open(SupervisorSpec.of("mine").withIntensity(Intensity.none())).close();
      goOn.countDown();
      assertThat(other.result()).isEqualTo("closed");
    }
  }

  @Nested
  class Joining {
    @Test
    void aScopeWithoutStagesReturnsAtOnce() throws Exception {
      scope.join();
      assertThat(scope.join(Duration.ZERO)).isTrue();
    }

    @Test
    void waitsUntilEveryStageHasEnded() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1000)));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(numbers, Demand.max(3)));
      scope.join();
      assertThat(numbers.isAlive()).isFalse();
      assertThat(sink.isAlive()).isFalse();
      assertThat(events).hasSize(1000);
      assertThat(scope.children()).isEmpty();
    }

    @Test
    void leavesTheScopeOpen() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(3)));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(numbers));
      scope.join();
      ProducerRef<Integer, Numbers> more = start(Stage.producer("more", () -> new Numbers(3, 6)));
      start(Stage.consumer("second", () -> new QueueSink(events)).subscribeTo(more));
      scope.join();
      assertThat(events).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void withATimeoutSaysThatStagesAreAlive() throws Exception {
      start(Stage.producer("idle", Idle::new));
      assertThat(scope.join(Duration.ofNanos(1))).isFalse();
    }

    @Test
    void isInterruptible() {
      start(Stage.producer("idle", Idle::new));
      Thread.currentThread().interrupt();
      assertThatThrownBy(scope::join).isInstanceOf(InterruptedException.class);
      assertThat(scope.children()).as("the stages go on").hasSize(1);
    }

    @Test
    void aClosedScopeIsRefused() {
      scope.close();
      assertThatThrownBy(scope::join).isInstanceOf(ScopeMisuseException.class).hasMessage("scope test is closed");
    }
  }

  @Nested
  class ShutdownSequence {
    @Test
    void f41_twiceChangesNothing() {
      start(Stage.producer("idle", Idle::new));
      scope.close();
      ShutdownReport first = scope.report();
      scope.close();
      assertThat(scope.report()).isEqualTo(first);
      assertThat(scope).hasToString("scope test");
      assertThat(scope.name()).isEqualTo("test");
    }

    @Test
    void handlesEverythingThatIsInFlight() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      ProducerConsumerRef<Integer, Integer, Relay> relay =
          start(Stage.producerConsumer("relay", numbers, Relay::new).withDemand(Demand.max(20)));
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> held).subscribeTo(relay, Demand.max(4)));
      Await.next(held.entered, consumer);
      var letGo = new Await.Other<Object>(() -> {
        Await.end(numbers);   // the drain has begun
        held.letGo();
        return null;
      });
      scope.close();
      letGo.result();
      long emitted = numbers.snapshot().eventsEmitted();
      assertThat(emitted).isPositive();
      assertThat(List.copyOf(held.handled)).isEqualTo(IntStream.range(0, (int) emitted).boxed().toList());
      assertThat(scope.report().isClean()).isTrue();
      assertNothingIsLeft();
    }

    @Test
    void handlesEventsThatWereAcceptedFromOutside() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> held).subscribeTo(idle, Demand.max(100)));
      for (int i = 0; i < 50; i++) idle.emit(i);
      Await.next(held.entered, consumer);
      held.letGo();
      scope.close();
      assertThat(List.copyOf(held.handled)).isEqualTo(IntStream.range(0, 50).boxed().toList());
    }

    @Test
    void completesTheInputOfItsConsumers() throws Exception {
      var sink = new QueueSink(events);
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      start(Stage.consumer("sink", () -> sink).subscribeTo(numbers));
      scope.close();
      assertThat(sink.completions).isEqualTo(1);
      assertThat(sink.stops).containsExactly(new StopReason.Completed());
    }

    @Test
    void interruptsAGeneratorThatBlocksInItsOwnCode() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        blocking.countDown();
        new CountDownLatch(1).await();
      }));
      Await.open(blocking, generator);
      scope.close();
      assertThat(generator.join()).isEqualTo(new StopReason.Stopped());
      assertThat(scope.report().cancelled()).isEmpty();
    }

    @Test
    void endsAConsumerWithoutSubscriptions() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      scope.close();
      assertThat(sink.join()).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void leavesTheProducersOfOtherScopesAlone() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      BlockingQueue<Integer> first = new LinkedBlockingQueue<>();
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        ConsumerRef<Integer, QueueSink> sink =
            startIn(inner, Stage.consumer("sink", () -> new QueueSink(first)).subscribeTo(numbers, Demand.max(1)));
        first.add(Await.next(first, sink));
      }
      ConsumerRef<Integer, QueueSink> heir =
          start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers));
      Await.end(heir);
      first.addAll(events);
      assertThat(first).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void hasNoReportBefore() {
      assertThatThrownBy(scope::report).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope test is still open, so it has no report yet; call report() after close(),"
              + " or snapshot() for the counts so far");
    }
  }

  @Nested
  class ADeadlineThatPasses {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @Test
    void f12_cancelsAndInterruptsWhatIsStillRunning() throws Exception {
      var inner = Supervisor.open(hasty("inner"));
      var numbers = startIn(inner, Stage.producer("numbers", () -> new Numbers(10)));
      var blocked = startIn(inner, Stage.consumer("blocked", numbers, () -> new Stage.Consumer<>() {
        private StageContext context;

        @Override
        public void onStart(StageContext context) {
          this.context = context;
        }

        @Override
        public void onEvents(List<Integer> batch, Inlet<Integer> from) throws InterruptedException {
          entered.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            seen.add("interrupted, cancelled: " + context.isCancelled());
            throw e;
          }
        }
      }).withDemand(Demand.max(20).min(17)));
      Await.open(entered, blocked);
      Await.end(numbers);
      inner.close();
      assertThat(seen).containsExactly("interrupted, cancelled: true");
      assertThat(blocked.join()).isEqualTo(new StopReason.Stopped());
      ShutdownReport report = inner.report();
      assertThat(report.isClean()).isFalse();
      assertThat(report.cancelled()).containsExactly("inner/blocked");
      assertThat(report.eventsReturned()).isEqualTo(10);
      assertThat(report.eventsUndelivered()).isZero();
      assertThat(report.stages()).extracting(last -> last.path()).containsExactlyInAnyOrder("inner/numbers",
          "inner/blocked");
    }

    /** What each of three stages does with its interrupt: it waits until all three have one. */
    private static boolean awaitTheOthers(CountDownLatch interrupted) {
      try {
        new CountDownLatch(1).await();
        return false;
      } catch (InterruptedException cancelled) {
        interrupted.countDown();
        try {
          return interrupted.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException again) {
          return false;
        }
      }
    }

    // One time for all, whatever the strategy: were they ended one at a time, or the next only when the one before is
    // gone, the first would wait for the others' interrupts until the grace time is over, and lose its thread.
    @ParameterizedTest
    @EnumSource
    void s30_interruptsAllAtOnce(Strategy strategy) throws Exception {
      var outer = Supervisor.open(SupervisorSpec.of("outer").withStrategy(strategy).withShutdown(Duration.ZERO)
          .withGrace(Duration.ofSeconds(120)));
      var inner = outer.start(SupervisorSpec.of("inner").withStrategy(strategy));
      var interrupted = new CountDownLatch(3);
      var inTheirTurns = new CountDownLatch(3);
      List<StageRef<?>> stages = new ArrayList<>();
      for (Supervisor each : List.of(outer, outer, inner)) {
        var stage = startIn(each,
            Stage.consumer("s" + stages.size(), Integer.class, () -> new QueueSink())
                .withShutdown(Shutdown.unlimited()));
        stage.cast(behaviour -> {
          inTheirTurns.countDown();
          seen.add(awaitTheOthers(interrupted) ? "with the others" : "alone");
        });
        stages.add(stage);
      }
      Await.open(inTheirTurns);
      outer.close();
      assertThat(seen).containsExactly("with the others", "with the others", "with the others");
      assertThat(stages).noneMatch(StageRef::isAlive);
      assertThat(outer.report().cancelled()).containsExactlyInAnyOrder("outer/s0", "outer/s1", "outer/inner/s2");
      assertThat(outer.report().stragglers()).isEmpty();
    }

    // Each stop has a time of its own, and none waits for another's.
    @Test
    void s30_stopsOfSeveralChildrenDoNotWaitForEachOther() throws Exception {
      var interrupted = new CountDownLatch(3);
      var inTheirTurns = new CountDownLatch(3);
      List<Await.Other<Boolean>> stops = new ArrayList<>();
      var parallel = Supervisor
          .open(SupervisorSpec.of("parallel").withStrategy(Strategy.DYNAMIC).withGrace(Duration.ofSeconds(120)));
      try (parallel) {
        for (Shutdown shutdown : List.of(Shutdown.brutal(), Shutdown.within(Duration.ZERO),
            Shutdown.within(Duration.ofMillis(5)))) {
          String name = "s" + stops.size();
          var stage =
              startIn(parallel, Stage.consumer(name, Integer.class, () -> new QueueSink()).withShutdown(shutdown));
          stage.cast(behaviour -> {
            inTheirTurns.countDown();
            seen.add(awaitTheOthers(interrupted) ? "with the others" : "alone");
          });
          stops.add(new Await.Other<>(() -> {
            inTheirTurns.await();
            parallel.stopChild(name);
            return stage.isAlive();
          }));
        }
        for (Await.Other<Boolean> stop : stops) assertThat(stop.result()).isFalse();
        assertThat(seen).containsExactly("with the others", "with the others", "with the others");
      }
    }

    @Test
    void countsWhatWasEmittedAndNeverSent() throws Exception {
      var inner = Supervisor.open(hasty("inner"));
      var idle = startIn(inner, Stage.producer("idle", Idle::new));
      var held = new HeldConsumer<Integer>();
      var blocked = startIn(inner, Stage.consumer("blocked", idle, () -> held).withDemand(Demand.max(2)));
      idle.castEmit((stage, out) -> {
        for (int i = 0; i < 10; i++) out.emit(i);
      });
      Await.next(held.entered, blocked);
      inner.close();
      ShutdownReport report = inner.report();
      assertThat(report.eventsUndelivered()).isEqualTo(8);
      assertThat(report.eventsReturned()).isEqualTo(2);
      assertThat(report.cancelled()).containsExactlyInAnyOrder("inner/idle", "inner/blocked");
    }

    @Test
    void f13_listsWhatSwallowsItsInterruptWithItsStack() throws Exception {
      CountDownLatch release = new CountDownLatch(1);
      var inner = Supervisor.open(hasty("inner").withGrace(Duration.ofMillis(20)));
      var stubborn = startIn(inner, Stage.consumer("stubborn", QueueSink::new));
      stubborn.cast(stage -> swallowInterrupts(release));
      Await.open(entered, stubborn);
      StragglersException stragglers = catchThrowableOfType(StragglersException.class, inner::close);
      // not the thread that took its place, though the grace is short and it may be late
      assertThat(stragglers).hasMessageStartingWith(
          "scope inner is closed, but 1 of its threads ignored their interrupt and are still alive:\n"
          + "  stage:inner/stubborn#1\n    at ");
      assertThat(stragglers.threads()).singleElement().satisfies(straggler -> {
        assertThat(straggler.path()).isEqualTo("inner/stubborn");
        assertThat(straggler.thread()).isEqualTo("stage:inner/stubborn#1");
        assertThat(straggler.stack()).anyMatch(frame -> frame.getMethodName().equals("swallowInterrupts"));
      });
      assertThat(inner.report().cancelled()).containsExactly("inner/stubborn");
      inner.close();   // changes nothing
      release.countDown();
      assertThat(Await.end(stubborn)).isEqualTo(new StopReason.Stopped());
      for (Thread thread : threads()) assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }

    private void swallowInterrupts(CountDownLatch release) {
      entered.countDown();
      while (true) {
        try {
          release.await();
          return;
        } catch (InterruptedException e) {
          seen.add("swallowed");
        }
      }
    }

    @Test
    void findsACallThatWasAboutToBegin() throws Exception {
      CountDownLatch release = new CountDownLatch(1);
      var inner = Supervisor.open(hasty("inner"));
      var busy = startIn(inner, Stage.consumer("busy", QueueSink::new));
      busy.cast(stage -> {
        entered.countDown();
        release.await();
      });
      Await.open(entered, busy);
      busy.cast(stage -> seen.add("ran"));
      inner.close();
      assertThat(seen).as("what was accepted is dropped").isEmpty();
    }
  }

  @Nested
  class AnInterruptOfTheOwner {
    @Test
    void cancelsTheStagesAtOnceAndIsSetAgain() throws Exception {
      var held = new HeldConsumer<Integer>();
      var closed = new Await.Other<Boolean>(() -> {
        var patient = Supervisor
            .open(SupervisorSpec.of("patient").withIntensity(Intensity.none()).withShutdown(Duration.ofDays(1)));
        var numbers = startIn(patient, Stage.producer("numbers", () -> new Numbers(10)));
        startIn(patient, Stage.consumer("held", numbers, () -> held));
        Await.next(held.entered, numbers);
        patient.close();
        assertThat(patient.report().cancelled()).containsExactly("patient/held");
        return Thread.interrupted();
      });
      closed.blocks();
      Await.until(() -> inClose(closed.thread()), "it closes");
      closed.thread().interrupt();
      assertThat(closed.result()).as("interrupted").isTrue();
      assertNothingIsLeft();
    }

    private boolean inClose(Thread thread) {
      for (StackTraceElement frame : thread.getStackTrace()) if (frame.getMethodName().equals("endAll")) return true;
      return false;
    }

    @Test
    void thatCameBeforeCloseIsKept() {
      start(Stage.producer("idle", Idle::new));
      Thread.currentThread().interrupt();
      scope.close();
      assertThat(Thread.interrupted()).isTrue();
      assertNothingIsLeft();
    }
  }

  @Nested
  class ABodyThatThrows {
    @Test
    void f41_keepsTheFailureOfCloseAsSuppressed() {
      var cause = new IOException("crash");
      var body = new IllegalArgumentException("body");
      Throwable thrown = catchThrowable(() -> {
        try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
          var crasher = startIn(inner, Stage.consumer("crasher", QueueSink::new));
          crasher.cast(stage -> {
            throw cause;
          });
          Await.end(crasher);
          throw body;
        }
      });
      assertThat(thrown).isSameAs(body);
      assertThat(thrown.getSuppressed()).singleElement()
          .satisfies(failed -> assertThat(failed).isInstanceOf(StageFailedException.class).hasCause(cause));
    }

    @Test
    void hasNothingSuppressedIfItIsJoinThatThrew() {
      var cause = new IOException("crash");
      Throwable thrown = catchThrowable(() -> {
        try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
          startIn(inner, Stage.consumer("crasher", QueueSink::new)).cast(stage -> {
            throw cause;
          });
          inner.join();
        }
      });
      assertThat(thrown).isInstanceOf(StageFailedException.class).hasCause(cause);
      assertThat(thrown.getSuppressed()).isEmpty();
    }

    @Test
    void stillDrainsTheScope() {
      Throwable thrown = catchThrowable(() -> {
        try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
          ProducerRef<Integer, Stage.Generator<Integer>> generator =
              startIn(inner, Stage.generator("gen", Integer.class, () -> (Outlet<Integer> out) -> {
                for (int i = 0; i < 3; i++) out.emit(i);
              }));
          startIn(inner, Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
          Await.end(generator);
          throw new IllegalArgumentException("body");
        }
      });
      assertThat(thrown).hasMessage("body").hasNoSuppressedExceptions();
      assertThat(events).containsExactly(0, 1, 2);
    }
  }
}
