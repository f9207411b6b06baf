package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static stage.runtime.testkit.CrashRule.crashing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Numbers;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.bridge.OnIdle;
import stage.runtime.bridge.OnProgress;
import stage.runtime.lane.Progress;
import stage.runtime.testkit.ProducerProbe;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

class TurnProgressTest extends CrashTest {
  private static final int COUNT = 40;

  /** Emits each number twice, and vouches for what comes after its last: nothing below it. */
  private static final class Vouching implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      for (int event : events) {
        out.emit(event);
        out.emit(event);
      }
      ((BulkOutlet<Integer>) out).progress(new Progress(events.getLast() + 1, false, false));
    }
  }

  /** Looks whether what was vouched for is kept, and passes all on; its own progress is the least of its lanes. */
  private static final class Checking implements Stage.ProducerConsumer<Integer, Integer>, OnProgress {
    private final List<String> problems;
    private final Map<Long, Long> applied = new HashMap<>();
    private State<List<Integer>> handled;
    private State<Long> least;

    Checking(List<String> problems) {
      this.problems = problems;
    }

    @Override
    public void onStart(StageContext context) {
      handled = context.state("handled", List.of());
      least = context.state("least", Long.MIN_VALUE);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      List<Integer> all = new ArrayList<>(handled.value());
      for (int event : events) {
        if (event < least.value()) problems.add("event " + event + " came after progress " + least.value());
        all.add(event);
        out.emit(event);
      }
      handled.set(List.copyOf(all));
    }

    @Override
    public void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) {
      long before = applied.getOrDefault(from.id(), Long.MIN_VALUE);
      if (progress.watermark() < before) problems.add("progress fell from " + before + " to " + progress.watermark());
      applied.put(from.id(), progress.watermark());
      least.set(Math.max(least.value(), progress.watermark()));
      ((BulkOutlet<?>) out).progress(progress);
    }
  }

  /** Writes down what it was told of. */
  private static final class Noting implements Stage.Consumer<Integer>, OnProgress {
    private final List<Object> told;

    Noting(List<Object> told) {
      this.told = told;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      told.addAll(events);
    }

    @Override
    public void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) {
      if (out != null) throw new IllegalStateException("a consumer has no outlet");
      told.add(progress.watermark());
    }
  }

  private static Supervisor scope(String name) {
    return Supervisor.open(SupervisorSpec.of(name).withIntensity(Intensity.of(10_000)));
  }

  private static ProducerConsumerRef<Integer, Integer, Vouching> vouching(Supervisor scope, int count,
      Dispatcher<Integer> dispatcher) {
    var numbers = scope.start(Stage.producer("numbers", () -> new Numbers(count)));
    return scope.start(Stage.producerConsumer("vouching", numbers, Vouching::new).withDispatcher(dispatcher)
        .withRedelivery(Redelivery.attempts(1000)).withDemand(Demand.max(4)));
  }

  @Nested
  class OfALane {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void isNeverAheadOfWhatWasEmittedBeforeIt(int demand) {
      SimulatedRuntime.withSeeds(1, 40).with(crashing("vouching").every(5)).with(crashing("checking").every(4))
          .run(simulated -> {
        List<String> problems = new ArrayList<>();
        List<Object> told = new ArrayList<>();
        try (Supervisor scope = scope("test")) {
          var vouching = vouching(scope, COUNT, Dispatcher.demand());
              var checking = scope.start(Stage.producerConsumer("checking", vouching, () -> new Checking(problems))
                  .withRedelivery(Redelivery.attempts(1000))
              .withDemand(Demand.max(demand)));
          scope.start(Stage.consumer("noting", checking, () -> new Noting(told)).withDemand(Demand.max(3)));
          scope.join();
        }
        assertThat(problems).isEmpty();
        List<Object> events = told.stream().filter(Integer.class::isInstance).toList();
        assertThat(events).isEqualTo(IntStream.range(0, 2 * COUNT).map(i -> i / 2).boxed().toList());
        long progress = Long.MIN_VALUE;
        for (Object each : told) {
          if (each instanceof Long watermark) progress = watermark;
              else assertThat((int) (Integer) each).as("after progress %d", progress)
                  .isGreaterThanOrEqualTo((int) Math.max(0, progress));
        }
        assertThat(progress).as("some got through").isPositive();
      });
      log.take();
    }

    @ParameterizedTest
    @ValueSource(strings = {"demand", "broadcast", "partition"})
    void isToldOnEveryLaneThoughNoEventComesOnIt(String how) {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        Map<String, List<Object>> told = new HashMap<>();
        try (Supervisor scope = scope("test")) {
          Dispatcher<Integer> dispatcher = switch (how) {
            case "broadcast" -> Dispatcher.broadcast();
            case "partition" -> Dispatcher.partitionByIndex(3, event -> 1);
            default -> Dispatcher.demand();
          };
          var probe = ProducerProbe.<Integer>start(scope, "numbers");
          var vouching =
              scope.start(Stage.producerConsumer("vouching", probe.ref(), Vouching::new).withDispatcher(dispatcher)
              .withDemand(Demand.max(4)));
          for (int i = 0; i < 3; i++) {
            List<Object> mine = told.computeIfAbsent("c" + i, name -> new ArrayList<>());
            SubscriptionSpec<Integer> subscription = SubscriptionSpec.<Integer>to(vouching);
            if (how.equals("partition")) subscription = subscription.withPartition(i);
            scope.start(Stage.consumer("c" + i, subscription, () -> new Noting(mine)));
          }
          for (int i = 0; i < 5; i++) probe.sendNext(i);
          simulated.advance(Duration.ofMillis(1));
          for (List<Object> each : told.values()) assertThat(each).contains(5L);
          probe.complete();
          scope.join();
        }
      });
    }

    @Test
    void isAppliedOnceThoughItsTurnIsUndone() {
      SimulatedRuntime.withSeeds(1, 30).with(crashing("summing").every(2)).run(simulated -> {
        List<Long> sums = new ArrayList<>();
        try (Supervisor scope = scope("test")) {
          var probe = ProducerProbe.<Integer>start(scope, "numbers");
          var vouching =
              scope.start(Stage.producerConsumer("vouching", probe.ref(), Vouching::new).withDemand(Demand.max(1)));
          scope.start(
              Stage.consumer("summing", vouching, () -> new Summing(sums)).withRedelivery(Redelivery.attempts(1000)));
          for (int i = 0; i < 5; i++) {
            probe.sendNext(i);
            simulated.advance(Duration.ofMillis(1));
          }
          probe.complete();
          scope.join();
        }
        assertThat(sums).as("times that it was told of").containsExactly(5L);
      });
      log.take();
    }
  }

  /** Counts what it was told of, in a state. */
  private static final class Summing implements Stage.Consumer<Integer>, OnProgress {
    private final List<Long> sums;
    private State<Long> count;

    Summing(List<Long> sums) {
      this.sums = sums;
    }

    @Override
    public void onStart(StageContext context) {
      count = context.state(0L);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      // only progress counts
    }

    @Override
    public void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) {
      count.set(count.value() + 1);
    }

    @Override
    public void onStop(stage.api.StopReason reason) {
      if (reason instanceof stage.api.StopReason.Completed) sums.add(count.value());
    }
  }

  /** Notes when it was told that nothing comes. */
  private static final class Waiting implements Stage.ProducerConsumer<Integer, Integer>, OnIdle {
    private final List<String> told;

    Waiting(List<String> told) {
      this.told = told;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      told.add("event");
      out.emitAll(events);
    }

    @Override
    public long idleAfterNanos() {
      return Duration.ofSeconds(10).toNanos();
    }

    @Override
    public void onIdle(Outlet<?> out) {
      told.add("idle");
    }
  }

  @Nested
  class TheIdleClock {
    private final List<String> told = new ArrayList<>();

    private interface Script {
      void run(ProducerProbe<Integer> probe, ProducerConsumerRef<Integer, Integer, Waiting> waiting,
          stage.runtime.testkit.ConsumerProbe<Integer> consumer,
          Simulated simulated) throws Exception;
    }

    private void run(Script script) {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        told.clear();
        try (Supervisor scope = scope("test")) {
          var probe = ProducerProbe.<Integer>start(scope, "numbers");
          var waiting = scope.start(Stage.producerConsumer("waiting", probe.ref(), () -> new Waiting(told)));
          var consumer = stage.runtime.testkit.ConsumerProbe.<Integer>start(scope, "consumer", waiting);
          script.run(probe, waiting, consumer, simulated);
          probe.complete();
          consumer.request(1000);
          scope.join();
        }
      });
    }

    @Test
    void ringsOnceAsLongAfterTheStartAsItIsSetFor() {
      run((probe, waiting, consumer, simulated) -> {
        consumer.request(10);
        simulated.advance(Duration.ofMillis(9_999));
        assertThat(told).isEmpty();
        simulated.advance(Duration.ofMillis(2));
        assertThat(told).containsExactly("idle");
        simulated.advance(Duration.ofSeconds(100));
        assertThat(told).containsExactly("idle");
      });
    }

    @Test
    void beginsAnewWithEachEvent() {
      run((probe, waiting, consumer, simulated) -> {
        consumer.request(10);
        simulated.advance(Duration.ofSeconds(9));
        probe.sendNext(1);
        simulated.advance(Duration.ofMillis(9_999));
        assertThat(told).containsExactly("event");
        simulated.advance(Duration.ofMillis(2));
        assertThat(told).containsExactly("event", "idle");
        probe.sendNext(2);
        simulated.advance(Duration.ofMillis(10_001));
        assertThat(told).containsExactly("event", "idle", "event", "idle");
      });
    }

    @Test
    void standsStillWhileNothingIsWanted() {
      run((probe, waiting, consumer, simulated) -> {
        simulated.advance(Duration.ofSeconds(100));
        assertThat(told).isEmpty();
        consumer.request(1);
        simulated.advance(Duration.ofSeconds(6));
        probe.sendNext(1);
        simulated.advance(Duration.ofSeconds(100));
        assertThat(told).as("what was wanted has come").containsExactly("event");
        consumer.request(1);
        simulated.advance(Duration.ofMillis(10_001));
        assertThat(told).containsExactly("event", "idle");
      });
    }

    @Test
    void standsStillWhileTheStageIsPaused() {
      run((probe, waiting, consumer, simulated) -> {
        consumer.request(1);
        simulated.advance(Duration.ofSeconds(6));
        waiting.pause();
        simulated.advance(Duration.ofSeconds(100));
        assertThat(told).isEmpty();
        waiting.resume();
        simulated.advance(Duration.ofMillis(3_999));
        assertThat(told).isEmpty();
        simulated.advance(Duration.ofMillis(2));
        assertThat(told).containsExactly("idle");
      });
    }
  }
}
