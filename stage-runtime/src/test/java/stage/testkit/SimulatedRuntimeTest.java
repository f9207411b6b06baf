package stage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static stage.runtime.testkit.CrashRule.anywhere;
import static stage.runtime.testkit.CrashRule.crashing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.RunningEvent;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.supervision.Intensity;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.CapturedLog;
import stage.runtime.testkit.ConsumerProbe;
import stage.runtime.testkit.Ledgers;
import stage.runtime.testkit.ProducerProbe;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.testkit.SimulationFailed;

class SimulatedRuntimeTest {
  @RegisterExtension
  private final CapturedLog log = new CapturedLog();

  private static final int EVENTS = 10;

  /** Emits the numbers from 0 on. */
  static final class Numbers implements Stage.Producer<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      next = context.state("next", 0);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand && next.value() < EVENTS; i++) {
        out.emit(next.value());
        next.set(next.value() + 1);
      }
      if (next.value() == EVENTS) out.complete();
    }
  }

  /** Adds up what it handles: as it should, or with a field that a restart forgets. */
  static final class Sum implements Stage.Consumer<Integer> {
    private final List<Integer> sums;
    private final boolean isForgetful;
    private State<Integer> kept;
    private int field;

    Sum(List<Integer> sums, boolean isForgetful) {
      this.sums = sums;
      this.isForgetful = isForgetful;
    }

    @Override
    public void onStart(StageContext context) {
      kept = context.state("sum", 0);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      for (int event : events) {
        field += event;
        kept.set(kept.value() + event);
      }
    }

    @Override
    public void onComplete() {
      sums.add(isForgetful ? field : kept.value());
    }
  }

  private static int sum(boolean isForgetful) throws InterruptedException {
    List<Integer> sums = new ArrayList<>();
    try (Supervisor scope = Supervisor.open(SupervisorSpec.of("sums").withIntensity(Intensity.of(1000)))) {
      ProducerRef<Integer, Numbers> numbers = scope.start(Stage.producer("numbers", Numbers::new));
      scope.start(Stage.consumer("sum", numbers, () -> new Sum(sums, isForgetful)).withDemand(Demand.max(2))
          .withRedelivery(Redelivery.attempts(1000)));
      scope.join();
    }
    return sums.getLast();
  }

  @Test
  void theSameSeedGivesTheSameRunAndAnotherOneAnother() {
    List<List<String>> traces = new ArrayList<>();
    for (int seed : new int[] {1, 1, 2}) {
      List<String> trace = new ArrayList<>();
      SimulatedRuntime.withSeed(seed).with(anywhere(0.1)).withTrace(trace::add).run(simulated -> sum(false));
      traces.add(trace);
    }
    assertThat(traces.get(0)).isNotEmpty().isEqualTo(traces.get(1)).isNotEqualTo(traces.get(2));
    log.take();
  }

  @Test
  void anHourOfTimersTakesNoTime() {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      var ticks = new AtomicInteger();
      try (Supervisor scope = Supervisor.open("hour")) {
        scope.start(Stage.consumer("clock", Integer.class, () -> new Stage.Consumer<>() {
          @Override
          public void onStart(StageContext context) {
            context.every(Duration.ofSeconds(1), ticks::incrementAndGet);
          }

          @Override
          public void onEvents(List<Integer> events, Inlet<Integer> from) {
            // none come
          }
        }));
        simulated.advance(Duration.ofHours(1).plusMillis(1));
      }
      assertThat(ticks).hasValue(3600);
      assertThat(simulated.elapsed()).isBetween(Duration.ofHours(1), Duration.ofHours(1).plusSeconds(1));
    });
  }

  @Test
  void eachThirdTurnCrashesAndTheSumIsRight() {
    var runs = new AtomicInteger();
    SimulatedRuntime.withSeeds(1, 50).with(crashing("sum").every(3)).with(crashing("sums/numbers").every(2))
        .run(simulated -> {
      assertThat(sum(false)).isEqualTo(45);
      assertThat(simulated.crashes()).isGreaterThanOrEqualTo(2);
      runs.incrementAndGet();
    });
    assertThat(runs).hasValue(50);
  }

  @Test
  void aPlantedBugIsFoundAndMadePlainAndCanBeSeenAgain() {
    SimulatedRuntime runtime = SimulatedRuntime.withSeeds(1, 1000).with(anywhere(0.05));
    SimulatedRuntime.Body body = simulated -> assertThat(sum(true)).isEqualTo(45);
    var failed = catchThrowableOfType(SimulationFailed.class, () -> runtime.run(body));
    assertThat(failed).hasMessageContaining("simplified")
        .hasMessageContaining("-Dstage.testkit.replay=" + failed.choices()).hasMessageContaining("sums/sum#2");
    assertThat(failed.getCause()).isInstanceOf(AssertionError.class).hasMessageContaining("45");
    var again = catchThrowableOfType(SimulationFailed.class,
        () -> SimulatedRuntime.replaying(failed.choices()).with(anywhere(0.05)).run(body));
    assertThat(again.getCause()).hasMessage(failed.getCause().getMessage());
    SimulatedRuntime.withSeeds(1, 200).with(anywhere(0.05)).run(simulated -> assertThat(sum(false)).isEqualTo(45));
    log.take();
  }

  @Test
  void aDeadlockIsExplained() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(3).run(simulated -> {
      try (Supervisor scope = Supervisor.open("stuck")) {
        var never = scope.start(Stage.source("never", Integer.class));
        scope.start(Stage.consumer("waiter", never, () -> (events, from) -> {}).withDemand(Demand.max(2)));
        scope.join();
      }
    })).isInstanceOf(SimulationFailed.class).hasMessageContaining("nothing can go on")
        .hasMessageContaining("stuck/waiter#1 waits for events")
        .hasMessageContaining(
            "  `stuck/waiter` has had no events for 0 ms because `stuck/never` has had nothing to emit for 0 ms, though it is asked for events")
        .hasMessageContaining("SimulatedRuntimeTest");
  }

  @Test
  void whoWaitsForAnAnswerIsToldOfWithWhoIsToGiveIt() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(3).run(simulated -> {
      try (Supervisor scope = Supervisor.open("knot")) {
        var one = scope.start(Stage.consumer("one", Integer.class, () -> (events, from) -> {}));
        var two = scope.start(Stage.consumer("two", Integer.class, () -> (events, from) -> {}));
        var idle = scope.start(Stage.producer("idle", stage.behaviour.support.Idle::new));
        one.call(first -> two.call(second -> {
          idle.emit(1);   // nobody will ever want it
          return 0;
        }));
      }
    })).isInstanceOf(SimulationFailed.class)
        .hasMessageContaining(
            "the body of the simulation waits for an answer of knot/one, at stage.testkit.SimulatedRuntimeTest")
        .hasMessageContaining("  knot/one#1 waits for an answer of knot/two, at")
        .hasMessageContaining("  knot/two#1 waits for demand of the consumers of knot/idle, at")
        .satisfies(
            failed -> assertThat(failed.getMessage().lines().takeWhile(line -> !line.startsWith("what happened")))
                .noneMatch(line -> line.contains("can go on [")));
  }

  @Test
  void aThreadThatIsNoPartOfTheSimulationIsToldOf() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).run(simulated -> {
      try (Supervisor scope = Supervisor.open("strange")) {
        var stage = scope.start(Stage.consumer("stage", Integer.class, () -> (events, from) -> {}));
        Thread stranger = Thread.ofVirtual().name("stranger").start(() -> {
          try {
            stage.cast(behaviour -> {});
          } catch (InterruptedException | IllegalStateException e) {
            // as user code does that has a catch for everything
          }
        });
        stranger.join();
      }
    })).isInstanceOf(SimulationFailed.class).hasMessageContaining("stranger")
        .hasMessageContaining("is not part of the simulation")
        .hasMessageContaining("start what is to run beside the stages with simulated.start(name, task)")
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aScopeFromOutsideIsToldOf() throws InterruptedException {
    try (Supervisor scope = Supervisor.open("outer")) {
      assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).run(simulated -> ProducerProbe.start(scope, "source")))
          .isInstanceOf(SimulationFailed.class)
          .hasMessageContaining(
              "stage outer/source is not part of the simulation, because its scope was opened outside of it; open"
              + " the scope in the body")
          .hasMessageContaining("did not come again");   // but another one, since the name was taken by then
    }
  }

  @Test
  void aListThatIsTooLongIsToldAsItsSeed() {
    SimulatedRuntime.Body body = simulated -> {
      long sum = 0;
      for (int i = 0; i < 3000; i++) sum += 1 + simulated.choose(1000);
      assertThat(sum).isLessThan(1_000_000);
    };
    var failed =
        catchThrowableOfType(SimulationFailed.class, () -> SimulatedRuntime.withSeed(5).withShrinking(0).run(body));
    assertThat(failed.choices()).isEqualTo("seed:5");
    assertThat(failed).hasMessageContaining("-Dstage.testkit.replay=seed:5\n");
    var again = catchThrowableOfType(SimulationFailed.class, () -> SimulatedRuntime.replaying("seed:5").run(body));
    assertThat(again.getCause()).hasMessage(failed.getCause().getMessage());
    assertThatThrownBy(() -> SimulatedRuntime.replaying("seed:x")).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"seed:x\"");
  }

  @Test
  void moreCrashesThanTheSupervisorAllowsAreToldOf() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).with(crashing("sink").every(1)).run(simulated -> {
      try (Supervisor scope = Supervisor.open("fragile")) {
        ProducerProbe<Integer> source = ProducerProbe.start(scope, "source");
        scope.start(Stage.consumer("sink", source.ref(), () -> (events, from) -> {}));
        source.sendNext(1);
        simulated.await("it has ended", () -> !source.ref().isAlive());
      }
    })).isInstanceOf(SimulationFailed.class).hasMessageContaining(
        "the injected crashes are more than the supervisor allows, so it gave up (stage fragile/sink failed in ")
        .hasMessageContaining("allow more with SupervisorSpec.withIntensity(Intensity.of(100))");
    log.take();
  }

  @Test
  void aRuleForAStageThatThereIsNotIsToldOf() {
    assertThatThrownBy(
        () -> SimulatedRuntime.withSeeds(1, 5).with(crashing("summ").every(3)).run(simulated -> sum(false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crashing(\"summ\").every(3) names a stage that was in no run; there were: sums/numbers, sums/sum");
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).with(crashing("sink").every(1)).run(simulated -> {
      try (Supervisor scope = Supervisor.open("probed")) {
        ConsumerProbe.start(scope, "sink", ProducerProbe.<Integer>start(scope, "source").ref());
      }
    })).isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "crashing(\"sink\").every(1) names a probe, and those never crash; there were: probed/sink (a probe), probed/source (a probe)");
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).with(crashing("summ").every(3)).run(simulated -> {
      throw new java.io.IOException("no such thing");
    })).isInstanceOf(SimulationFailed.class).hasMessageContaining("no such thing")
        .hasMessageContaining("names a stage that was in no run; there were: none");
  }

  @Test
  void aRuleNeedsItsStageInOneRunOnly() {
    SimulatedRuntime.withSeeds(1, 20).with(crashing("sum").every(1000)).run(simulated -> {
      if (simulated.choose(4) == 3) sum(false);
      assertThat(simulated.crashes()).isZero();
    });
  }

  @Test
  void crashesAreCounted() {
    SimulatedRuntime.withSeed(1).with(crashing("sum").every(3)).run(simulated -> {
      sum(false);
      assertThat(simulated.crashes()).isPositive();
    });
    log.take();
  }

  @Test
  void aFailureThatNeedsNoSeedIsToldAsSuch() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeeds(1, 5).with(anywhere(0.1))
        .run(simulated -> assertThat(sum(false)).isEqualTo(46)))
        .hasMessageContaining("no seed is needed: it fails even in the simplest order, without any crash");
    assertThatThrownBy(() -> SimulatedRuntime.withSeeds(1, 5).with(crashing("sum").every(3))
        .run(simulated -> assertThat(sum(false)).isEqualTo(46)))
        .hasMessageContaining("no seed is needed: it fails even in the simplest order, and without the crashes too");
    assertThatThrownBy(() -> SimulatedRuntime.withSeeds(1, 5).with(crashing("sum").every(3))
        .run(simulated -> assertThat(sum(true)).isEqualTo(45)))
        .hasMessageContaining("the crashes make it fail").hasMessageContaining(".with(crashing(\"sum\").every(3))");
    log.take();
  }

  @Test
  void whatDoesNotBelongToTheSimulationIsToldOf() {
    var runs = new AtomicInteger();
    assertThatThrownBy(
        () -> SimulatedRuntime.withSeed(1).run(simulated -> assertThat(runs.incrementAndGet()).isGreaterThan(1)))
        .isInstanceOf(SimulationFailed.class).hasMessageContaining("did not come again");
  }

  @Test
  void theTraceTellsOfCrashesThatAreNotInjectedAndOfWhatIsGivenUpOn() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).run(simulated -> {
      try (Supervisor scope = Supervisor.open("shop")) {
        ProducerProbe<String> source = ProducerProbe.start(scope, "source");
        scope.start(Stage.consumer("parser", source.ref(), () -> (lines, from) -> lines.forEach(Integer::parseInt))
            .withRedelivery(Redelivery.attempts(1)).withDemand(Demand.max(1)));
        source.sendNext("x");
        source.sendNext("1");
        source.complete();
        scope.join();
      }
      throw new IllegalStateException("seen enough");
    })).isInstanceOf(SimulationFailed.class)
        .hasMessageContaining(
            "shop/parser#1 crashed in onEvents: java.lang.NumberFormatException: For input string: \"x\"")
        .hasMessageContaining("shop/parser gave up on x, tried 2 times: java.lang.NumberFormatException");
    assertThat(log.take()).isNotEmpty();
  }

  @Test
  void manyRunsLogNothingAndOneLogsAsEver() throws InterruptedException {
    SimulatedRuntime runtime = SimulatedRuntime.withSeeds(1, 2).with(crashing("sum").every(2));
    runtime.run(simulated -> sum(false));
    assertThat(log.take()).isEmpty();
    SimulatedRuntime.withSeed(1).with(crashing("sum").every(2)).run(simulated -> sum(false));
    assertThat(log.take()).isNotEmpty();
  }

  /** The default handler of dead letters logs, and has no supervisor to ask. */
  @Test
  void manyRunsLogNothingOfDeadLetters() {
    SimulatedRuntime.withSeeds(1, 2).run(simulated -> {
      try (Supervisor scope = Supervisor.open("shop")) {
        ProducerProbe<String> source = ProducerProbe.start(scope, "source");
        scope.start(Stage.perEvent("parser", source.ref(), 2, Integer::parseInt).withDemand(Demand.max(1)));
        source.sendNext("x");
        source.complete();
        scope.join();
      }
    });
    assertThat(log.take()).isEmpty();
  }

  @Test
  void whatThrowsIsTold() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).run(simulated -> {
      throw new java.io.IOException("no such thing");
    })).isInstanceOf(SimulationFailed.class).hasMessageContaining("seed 1 fails").hasMessageContaining("no such thing")
        .hasCauseInstanceOf(java.io.IOException.class);
  }

  @Test
  void anybodyFromOutsideTakesPart() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      try (Supervisor scope = Supervisor.open("outside")) {
        ProducerProbe<Integer> source = ProducerProbe.start(scope, "source");
        ConsumerProbe<Integer> sink = ConsumerProbe.start(scope, "sink", source.ref());
        Thread asker = simulated.start("asker", () -> {
          try {
            sink.request(3);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
        source.expectDemand(3);
        for (int i : IntStream.range(0, 3).toArray()) source.sendNext(i);
        sink.expectNext(0, 1, 2);
        assertThat(asker.getName()).isEqualTo("asker");
        simulated.await("the source has nothing left to send",
            () -> source.ref().snapshot().outputs().getFirst().outstanding() == 0);
        Ledgers.assertBalanced(scope);
      }
    });
  }

  @Test
  void whatSomebodyFromOutsideThrowsFailsTheRun() {
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).run(simulated -> {
      simulated.start("critic", () -> {
        throw new IllegalStateException("not like this");
      });
      simulated.advance(Duration.ofHours(1));
    })).isInstanceOf(SimulationFailed.class).hasMessageContaining("task critic threw")
        .hasRootCauseMessage("not like this");
  }

  /**
   * Simulated time must not run on to the end of the grace while somebody has been interrupted and has not had a chance
   * to notice.
   */
  @Test
  void whoObeysAnInterruptHasTheTimeToDoSo() {
    SimulatedRuntime.withSeeds(0, 100).run(simulated -> {
      var spec = SupervisorSpec.of("obeys").withStrategy(Strategy.ONE_FOR_ALL).withGrace(Duration.ofMillis(1));
      try (Supervisor scope = Supervisor.open(spec)) {
        var numbers = scope.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> out.emit(1)));
        var waits =
            Stage.consumer("waits", Integer.class, () -> (events, from) -> simulated.advance(Duration.ofDays(1)));
        scope.start(waits.withShutdown(Shutdown.within(Duration.ofSeconds(1))).subscribeTo(numbers, Demand.max(1)));
        simulated.advance(Duration.ofSeconds(1));
        numbers.kill();   // so the other is to stop too, and is killed when its time is over
        simulated.advance(Duration.ofSeconds(10));
        assertThat(scope.snapshot().restarts()).isEqualTo(2);
        assertThat(scope.snapshot().abandoned()).isZero();
      }
    });
    log.take();
  }

  /** One that has not begun yet finds itself interrupted when it first waits, or does not begin if its stage ends. */
  @Test
  void aTaskThatIsLeftIsInterruptedWhereverItIs() {
    AtomicInteger beforeAnyWait = new AtomicInteger();
    SimulatedRuntime.withSeeds(0, 200).run(simulated -> {
      AtomicInteger begun = new AtomicInteger();
      AtomicInteger interrupted = new AtomicInteger();
      try (Supervisor scope = Supervisor.open(SupervisorSpec.of("left").withShutdown(Duration.ZERO))) {
        var numbers = scope.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> out.emit(1)));
        var tasks = scope.start(Stage.perEvent("tasks", numbers, 3, event -> {
          begun.incrementAndGet();
          if (Thread.currentThread().isInterrupted()) beforeAnyWait.incrementAndGet();
          try {
            simulated.advance(Duration.ofDays(1));
          } catch (InterruptedException left) {
            interrupted.incrementAndGet();
            throw left;
          }
        }).withDemand(Demand.max(3)).withDeadLetters(letter -> {}));
        for (int i = simulated.choose(30); i > 0; i--) simulated.pass();
        tasks.running().forEach(RunningEvent::giveUp);
        for (int i = simulated.choose(30); i > 0; i--) simulated.pass();
      }
      assertThat(interrupted.get()).isEqualTo(begun.get());
      assertThat(simulated.elapsed()).isLessThan(Duration.ofDays(1));
    });
    assertThat(beforeAnyWait.get()).isPositive();   // of all these seeds
  }

  @Test
  void aThreadThatUserCodeInterruptsGoesOnBeforeTimeDoes() {
    SimulatedRuntime.withSeeds(0, 50).run(simulated -> {
      AtomicBoolean obeyed = new AtomicBoolean();
      Thread sleeper = simulated.start("sleeper", () -> {
        try {
          simulated.advance(Duration.ofDays(1));
        } catch (InterruptedException e) {
          obeyed.set(true);
        }
      });
      simulated.advance(Duration.ofSeconds(1));
      sleeper.interrupt();
      simulated.advance(Duration.ofNanos(1));
      assertThat(obeyed).isTrue();
    });
  }

  @Test
  void choicesAreDrawnBySeed() {
    List<Integer> drawn = new ArrayList<>();
    SimulatedRuntime.withSeed(7).run(simulated -> drawn.add(simulated.choose(1 << 20)));
    SimulatedRuntime.withSeed(7).run(simulated -> drawn.add(simulated.choose(1 << 20)));
    SimulatedRuntime.withSeed(8).run(simulated -> drawn.add(simulated.choose(1 << 20)));
    assertThat(drawn.get(0)).isEqualTo(drawn.get(1)).isNotEqualTo(drawn.get(2));
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(8).run(simulated -> simulated.choose(0)))
        .hasMessageContaining("bound must be at least 1, but was 0");
  }

  @Test
  void badValuesAreRefused() {
    assertThatThrownBy(() -> crashing("parser").every(0)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1").hasMessageContaining("parser");
    assertThatThrownBy(() -> anywhere(1.5)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 0.0 to 1.0, but was 1.5");
    assertThatThrownBy(() -> anywhere(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SimulatedRuntime.withSeeds(1, 0)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1, but was 0");
    assertThatThrownBy(() -> SimulatedRuntime.replaying("1,x")).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"1,x\"");
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).withShrinking(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1)
        .run(simulated -> SimulatedRuntime.withSeed(1).run(inner -> new CountDownLatch(1))))
        .hasMessageContaining("within a simulation");
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).withShrinking(0)
        .run(simulated -> simulated.advance(Duration.ofNanos(-1))))   // once waited forever
        .hasMessageContaining("duration must not be negative, but was PT-0.000000001S");
    assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).withShrinking(0)
        .run(simulated -> simulated.await("it holds", null))).hasMessageContaining("condition must not be null");
  }

  @Nested
  class ABodyThatLeavesItsScopeOpen {
    @Test
    void b24_failsAndNamesIt() {
      assertThatThrownBy(() -> SimulatedRuntime.withSeeds(1, 3).withShrinking(0).run(simulated -> {
        Supervisor.open("closed").close();
        Supervisor.open("forgotten").start(Stage.producer("idle", stage.behaviour.support.Idle::new));
      })).isInstanceOf(SimulationFailed.class)
          .hasMessageContaining("the body left open: scope forgotten; open scopes in the body with try-with-resources");
    }

    @Test
    void b24_failsWithWhatItThrew() {
      assertThatThrownBy(() -> SimulatedRuntime.withSeed(1).withShrinking(0).run(simulated -> {
        Supervisor.open("forgotten");
        throw new IllegalStateException("this is what is wrong");
      })).hasMessageContaining("this is what is wrong");
    }
  }
}
