package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageKilledException;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.State;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Source;
import stage.runtime.time.Latch;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.simulation.SimulationOptions;

/** Fence, interrupt, abandon: stages that do not come back. */
class KillTest extends CrashTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<String> entered = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> zombies = new LinkedBlockingQueue<>();
  private final BlockingQueue<StopReason> stops = new LinkedBlockingQueue<>();
  private final BlockingQueue<Thread> stuck = new LinkedBlockingQueue<>();
  // how many of the first incarnations do not come back
  private final AtomicInteger stuckLives = new AtomicInteger(1);

  @AfterEach
  void letTheZombiesGo() throws InterruptedException {
    release.countDown();
    for (Thread thread : stuck) thread.join();
  }

  private Supervisor open(SupervisorSpec spec, int graceMillis) {
    return open(spec.withGrace(Duration.ofMillis(graceMillis)));
  }

  private SupervisorSpec spec() {
    return SupervisorSpec.of("test").withIntensity(Intensity.of(10));
  }

  /** Waits, and swallows each interrupt. */
  private void ignoreInterrupts() {
    stuck.add(Thread.currentThread());
    entered.add(Thread.currentThread().getName());
    while (true) {
      try {
        release.await();
        return;
      } catch (InterruptedException ignoredOnPurpose) {
        Thread.onSpinWait();   // goes on waiting
      }
    }
  }

  /**
   * Passes on what it gets; does not come back from its first turn until it is let go, and then goes on as if nothing
   * had been.
   */
  private final class Stubborn implements Stage.ProducerConsumer<Integer, Integer> {
    private StageContext context;
    private State<Integer> sum;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      this.sum = context.state(0);
    }

    @Override
    public void onStop(StopReason reason) {
      stops.add(reason);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      boolean isZombie = context.incarnation() <= stuckLives.get();
      if (isZombie) ignoreInterrupts();
      if (isZombie) {
        attempt(() -> from.commit(1));
        attempt(() -> context.after(Duration.ZERO, () -> handled.add(-1)));
        attempt(from::cancel);
        attempt(() -> sum.set(-1));
      }
      for (int event : events) {
        out.emit(event);
        if (!isZombie) sum.set(sum.value() + event);
      }
    }

    private void attempt(Runnable what) {
      try {
        what.run();
      } catch (Throwable refused) {
        zombies.add(refused);
      }
    }
  }

  private final class Sink implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      handled.addAll(events);
    }
  }

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  private StageRef<Stubborn> pipeline(int limit) {
    ProducerRef<Integer, Source> source =
        start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
    var stubborn = start(Stage.producerConsumer("stubborn", Stubborn::new).subscribeTo(source, Demand.max(10)));
    start(Stage.consumer("sink", Sink::new).subscribeTo(stubborn, Demand.max(100)));
    return stubborn;
  }

  private void awaitIncarnation(StageRef<?> stage, int incarnation) throws InterruptedException {
    Await.until(() -> stage.snapshot().incarnation() == incarnation, "incarnation " + incarnation + " runs", stage);
  }

  @Nested
  class Killing {
    @Test
    void endsAnIdleIncarnationAsACrash() throws Exception {
      Supervisor scope = open(spec(), 1000);
      stuckLives.set(0);
      StageRef<Stubborn> idle = start(Stage.producerConsumer("stubborn", Stubborn::new));
      idle.kill();
      awaitIncarnation(idle, 2);
      assertThat(stops).singleElement().isInstanceOfSatisfying(StopReason.Crashed.class,
          crashed -> assertThat(crashed.cause()).isInstanceOf(StageKilledException.class)
              .hasMessage("stage test/stubborn was killed"));
      assertThat(scope.snapshot().crashes()).isEqualTo(1);
      log.takeRestarts(1);
    }

    @Test
    void f12_interruptsWhatBlocks() throws Exception {
      open(spec(), 1000);
      ProducerRef<Integer, Source> source =
          start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), 100)));
      var lives = new AtomicInteger();
      var sink = start(Stage.consumer("sink", source, () -> {
        boolean blocks = lives.incrementAndGet() == 1;
        return (events, from) -> {
          entered.add("");
          if (blocks) release.await();
          handled.addAll(events);
        };
      }).withDemand(Demand.max(10)));
      Await.next(1, entered, sink);
      sink.kill();
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(List.copyOf(handled)).isEqualTo(upTo(100));
      log.takeRestarts(1);
    }

    @Test
    void changesNothingAboutOneThatHasEnded() throws Exception {
      open(spec(), 1000);
      StageRef<Stubborn> idle = start(Stage.producerConsumer("stubborn", Stubborn::new));
      idle.stop();
      Await.end(idle);
      idle.kill();
      assertThat(idle.join()).isEqualTo(new StopReason.Stopped());
    }

    /** No turn of it will come that could be ended; and nobody looks again and again whether it has. */
    @Test
    void changesNothingAboutOneThatDrains() throws Throwable {
      List<Integer> got = new ArrayList<>();
      var time = new SimulatedTime(RecordedChoices.ofSeed(1), null, SimulationOptions.PLAIN);
      time.run(() -> {
        try (Supervisor scope = Supervisor.open(spec())) {
          var source = scope.start(Stage.producer("source", Integer.class, () -> (demand, out) -> {
            for (int i = 0; i < 5; i++) out.emit(i);   // two more than are asked for
          }));
          Latch mayHandle = time.latch();
          scope.start(Stage.consumer("sink", source, () -> (events, from) -> {
            mayHandle.await();
            got.addAll(events);
          }).withDemand(Demand.max(3)));
          time.latch().await(Duration.ofSeconds(1).toNanos());
          source.stop();
          time.latch().await(Duration.ofSeconds(1).toNanos());
          source.kill();
          long steps = time.steps();
          time.latch().await(Duration.ofHours(1).toNanos());
          assertThat(time.steps() - steps).isLessThan(20);
          assertThat(source.snapshot().status()).isEqualTo(StageSnapshot.Status.DRAINING);
          assertThat(got).isEmpty();
          mayHandle.open();
          assertThat(source.join()).isEqualTo(new StopReason.Stopped());
          assertThat(scope.snapshot().crashes()).isZero();
        }
      });
      assertThat(got).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void failsTheCallThatIsRunning() throws Exception {
      open(spec(), 1);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      var other = new LinkedBlockingQueue<Throwable>();
      var caller = Thread.ofVirtual().start(() -> {
        try {
          sink.call(stage -> {
            ignoreInterrupts();
            return null;
          });
        } catch (CallFailedException | InterruptedException failed) {
          other.add(failed);
        }
      });
      Await.next(1, entered, sink);
      sink.kill();
      assertThat(Await.next(1, other, sink).getFirst()).isInstanceOf(CallFailedException.class)
          .hasCauseInstanceOf(StageKilledException.class);
      caller.join();
      awaitIncarnation(sink, 2);
      letTheZombiesGo();
      log.take();
    }
  }

  @Nested
  class OneThatIgnoresItsInterrupt {
    @Test
    void f13_s56_isAbandonedAndItsSuccessorGetsItsBatch() throws Exception {
      Supervisor scope = open(spec(), 1);
      StageRef<Stubborn> stubborn = pipeline(100);
      Await.next(1, entered, stubborn);
      stubborn.kill();
      assertThat(Await.next(100, handled, stubborn)).isEqualTo(upTo(100));
      assertThat(Await.end(stubborn)).isEqualTo(new StopReason.Completed());
      assertThat(scope.snapshot().abandoned()).isEqualTo(1);
      assertThat(stops).as("the abandoned incarnation gets no onStop").containsExactly(new StopReason.Completed());
      letTheZombiesGo();
      assertThat(log.take()).extracting(record -> record.getMessage()).anyMatch(line -> line.startsWith(
          "supervisor=test child=stubborn#1 ignored its interrupt; its thread was abandoned, 1/4"));
    }

    @Test
    void s10_f13_whatItDoesLaterIsRefusedAndCounted() throws Exception {
      Supervisor scope = open(spec(), 1);
      StageRef<Stubborn> stubborn = pipeline(100);
      Await.next(1, entered, stubborn);
      stubborn.kill();
      awaitIncarnation(stubborn, 2);
      release.countDown();
      assertThat(Await.next(4, zombies, stubborn)).hasSize(4);
      assertThat(Await.next(100, handled, stubborn)).isEqualTo(upTo(100));
      assertThat(Await.end(stubborn)).isEqualTo(new StopReason.Completed());
      Await.until(() -> scope.snapshot().refused() == 5, "its return was refused, and four things before");
      assertThat(handled).as("nothing is doubled").isEmpty();
      letTheZombiesGo();
      log.take();
    }

    @Test
    void s10_f15_mayReturnAfterTwoRestarts() throws Exception {
      Supervisor scope = open(spec(), 1);
      stuckLives.set(2);
      StageRef<Stubborn> stubborn = pipeline(100);
      for (int i = 1; i <= 2; i++) {
        Await.next(1, entered, stubborn);
        stubborn.kill();
        awaitIncarnation(stubborn, i + 1);
      }
      release.countDown();
      assertThat(Await.next(100, handled, stubborn)).isEqualTo(upTo(100));
      assertThat(Await.end(stubborn)).isEqualTo(new StopReason.Completed());
      Await.next(8, zombies);
      Await.until(() -> scope.snapshot().refused() == 10, "both returns were refused, and what they did before");
      assertThat(handled).isEmpty();
      letTheZombiesGo();
      log.take();
    }

    @Test
    void f14_mayBeSpinning() throws Exception {
      open(spec(), 1);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      sink.cast(stage -> {
        stuck.add(Thread.currentThread());
        entered.add("");
        while (release.getCount() > 0) Thread.onSpinWait();
      });
      Await.next(1, entered, sink);
      sink.kill();
      awaitIncarnation(sink, 2);
      Await.answered(sink);
      letTheZombiesGo();
      log.take();
    }

    @Test
    void mayBeAGenerator() throws Exception {
      Supervisor scope = open(spec(), 1);
      var lives = new AtomicInteger();
      ProducerRef<Integer, Stage.Generator<Integer>> generator = start(Stage.generator("generator", Integer.class, () ->
          new Stage.Generator<>() {
            private State<Integer> next;
            private final boolean isZombie = lives.incrementAndGet() == 1;

            @Override
            public void onStart(StageContext context) {
              next = context.state(0);
            }

            @Override
            public void generate(Outlet<Integer> out) {
              while (next.value() < 100) {
                int event = next.value();
                if (isZombie && event == 50) {
                  ignoreInterrupts();
                  try {
                    out.emit(-1);
                  } catch (Throwable refused) {
                    zombies.add(refused);
                  }
                }
                next.set(event + 1);
                out.emit(event);
              }
            }
          }));
      ConsumerRef<Integer, Sink> sink = start(Stage.consumer("sink", Sink::new).subscribeTo(generator, Demand.max(10)));
      Await.next(1, entered, generator);
      generator.kill();
      awaitIncarnation(generator, 2);
      release.countDown();
      Await.next(1, zombies, generator);
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(List.copyOf(handled)).isEqualTo(upTo(100));
      letTheZombiesGo();
      assertThat(scope.snapshot().refused()).as("an emit, a state, and its return").isEqualTo(3);
      log.take();
    }

    @Test
    void mayBeStartingAgain() throws Exception {
      open(spec(), 1);
      var lives = new AtomicInteger();
      StageRef<Stage.Consumer<Integer>> sink =
          start(Stage.consumer("sink", Integer.class, () -> new Stage.Consumer<>() {
        @Override
        public void onStart(StageContext context) {
          if (lives.incrementAndGet() == 2) ignoreInterrupts();
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {}
      }));
      sink.kill();
      Await.next(1, entered, sink);
      sink.kill();
      Await.until(() -> lives.get() == 3, "a third one is started", sink);
      Await.answered(sink);
      letTheZombiesGo();
      log.take();
    }

    @Test
    void mayBeInItsOnStop() throws Exception {
      open(spec(), 1);
      var lives = new AtomicInteger();
      StageRef<Stage.Consumer<Integer>> sink =
          start(Stage.consumer("sink", Integer.class, () -> new Stage.Consumer<>() {
        private final int life = lives.incrementAndGet();

        @Override
        public void onStop(StopReason reason) {
          if (life == 1) ignoreInterrupts();
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {}
      }));
      sink.kill();
      Await.next(1, entered, sink);
      sink.kill();
      Await.until(() -> lives.get() == 2, "a second one is started", sink);
      Await.answered(sink);
      letTheZombiesGo();
      log.take();
    }

    @Test
    void s56_onceTooOftenEndsTheSupervisor() throws Exception {
      Supervisor scope = open(spec().withMaxAbandoned(1), 1);
      stuckLives.set(2);
      StageRef<Stubborn> stubborn = pipeline(100);
      Await.next(1, entered, stubborn);
      stubborn.kill();
      Await.next(1, entered, stubborn);
      stubborn.kill();
      theScopeMayFail();
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasCauseInstanceOf(StageKilledException.class);
      letTheZombiesGo();
      assertThat(log.take()).extracting(record -> record.getMessage())
          .anyMatch(line -> line.contains("too many threads abandoned; GIVE_UP"));
    }

    @Test
    void sec14_s56_mayLeaveFourThreadsBehindUnlessItIsToldOtherwise() throws Exception {
      Supervisor scope = open(spec(), 1);
      stuckLives.set(5);
      StageRef<Stubborn> stubborn = pipeline(100);
      for (int life = 1; life <= 5; life++) {
        Await.next(1, entered, stubborn);
        stubborn.kill();
      }
      theScopeMayFail();
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasCauseInstanceOf(StageKilledException.class);
      assertThat(stuck).as("no sixth one was let in").hasSize(5);
      letTheZombiesGo();
      close(scope);   // then all dead letters are logged
      assertThat(log.take()).extracting(record -> record.getMessage())
          .anyMatch(line -> line.contains("child=stubborn#4 ignored its interrupt; its thread was abandoned, 4/4"))
          .anyMatch(line -> line.contains("too many threads abandoned; GIVE_UP"));
    }

    @Test
    void s29_s36_isStoppedByForce() throws Exception {
      Supervisor scope = open(spec(), 1);
      StageRef<Sink> sink =
          scope.start(Stage.consumer("sink", Sink::new).withShutdown(Shutdown.within(Duration.ofMillis(1))));
      sink.cast(stage -> ignoreInterrupts());
      Await.next(1, entered, sink);
      scope.stopChild("sink");
      assertThat(sink.isAlive()).isFalse();
      letTheZombiesGo();
      log.take();
    }

    @Test
    void s29_isKilledForAGroupRestartAndNotCounted() throws Exception {
      Supervisor scope = open(spec().withStrategy(Strategy.ONE_FOR_ALL), 1);
      StageRef<Sink> stuck = scope.start(Stage.consumer("stuck", Sink::new).withShutdown(Shutdown.brutal()));
      StageRef<Sink> crasher = scope.start(Stage.consumer("crasher", Sink::new));
      stuck.cast(stage -> ignoreInterrupts());
      Await.next(1, entered, stuck);
      Troupe.crash(crasher);
      awaitIncarnation(stuck, 2);
      awaitIncarnation(crasher, 2);
      assertThat(scope.snapshot().crashes()).isEqualTo(1);
      letTheZombiesGo();
      log.take();
    }
  }

  @Nested
  class ShutdownSequence {
    @Test
    void f13_s35_accountsForWhatAnAbandonedStageHadInHand() throws Exception {
      Supervisor scope = open(spec().withShutdown(Duration.ofMillis(1)), 1000);
      StageRef<Stubborn> stubborn = pipeline(10);
      Await.next(1, entered, stubborn);
      StragglersException stragglers = catchThrowableOfType(StragglersException.class, scope::close);
      assertThat(stragglers.threads()).singleElement().satisfies(straggler -> {
        assertThat(straggler.path()).isEqualTo("test/stubborn");
        assertThat(straggler.stack()).anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
      });
      ShutdownReport report = scope.report();
      assertThat(report.cancelled()).contains("test/stubborn");
      assertThat(report.eventsReturned() + report.eventsUndelivered()).isEqualTo(10);
      assertThat(stubborn.isAlive()).isFalse();
      letTheZombiesGo();
      log.take();
    }

    @Test
    void f12_endsWhatBlocksByItsInterrupt() throws Exception {
      Supervisor scope = open(spec().withShutdown(Duration.ofMillis(1)), 5000);
      StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new));
      sink.cast(stage -> {
        entered.add("");
        release.await();
      });
      Await.next(1, entered, sink);
      ShutdownReport report = scope.drain(Duration.ZERO);
      assertThat(report.stragglers()).isEmpty();
      assertThat(report.cancelled()).containsExactly("test/sink");
      assertThat(sink.join()).isEqualTo(new StopReason.Stopped());
    }
  }
}
