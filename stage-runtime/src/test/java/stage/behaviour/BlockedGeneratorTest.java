package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** A generator waits in its own code, for input or whatever. What needs none of that code goes on. */
class BlockedGeneratorTest {
  private static final Duration AN_HOUR = Duration.ofHours(1);

  private final List<Integer> handled = new ArrayList<>();

  private Stage.Consumer<Integer> sink() {
    return (events, from) -> handled.addAll(events);
  }

  /** Emits some numbers, waits for an hour, and then emits one more. */
  private static ProducerRef<Integer, ?> generator(Supervisor app, Simulated simulated, int count,
      Dispatcher<Integer> dispatcher) {
    return app.start(Stage.generator("generator", Integer.class, () -> out -> {
      for (int i = 0; i < count; i++) out.emit(i);
      simulated.advance(AN_HOUR);
      out.emit(count);
    }).withDispatcher(dispatcher));
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void k1_whatWaitsForAPartitionIsDelivered() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      handled.clear();
      try (var app = Supervisor.open("blocked")) {
        var generator = generator(app, simulated, 300, Dispatcher.partition(List.of("busy", "idle"), event -> "busy"));
        app.start(Stage.consumer("idle", SubscriptionSpec.to(generator).withPartition("idle"), this::sink));
        app.start(Stage.consumer("busy",
            SubscriptionSpec.to(generator).withPartition("busy").withDemand(Demand.max(10)), () -> (events, from) -> {
          handled.addAll(events);
          simulated.advance(Duration.ofMillis(10));
        }));
        app.join(Duration.ofMinutes(10));
        assertThat(handled).isEqualTo(numbers(300));
        assertThat(app.join(AN_HOUR)).isTrue();
        assertThat(handled).isEqualTo(numbers(301));
      }
    });
  }

  @Test
  void k1_theLanesOfConsumersThatCameAndWentAreGone() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      try (var app = Supervisor.open("blocked")) {
        var generator = generator(app, simulated, 0, Dispatcher.demand());
        for (int i = 0; i < 20; i++) {
          var visitor = app.start(Stage.consumer("visitor" + i, generator, this::sink));
          visitor.stop();
          visitor.join();
        }
        app.join(Duration.ofMillis(1));
        assertThat(generator.snapshot().outputs()).isEmpty();
        generator.stop();
      }
    });
  }

  @Test
  void k1_whatAConsumerGivesBackGoesToAnother() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      handled.clear();
      try (var app = Supervisor.open("blocked")) {
        var generator = generator(app, simulated, 10, Dispatcher.demand());
        var first = app.start(Stage.consumer("first", generator, () -> (events, from) -> from.cancel(0))
            .withDemand(Demand.max(20)));
        app.join(Duration.ofMillis(1));
        assertThat(first.snapshot().inputs()).isEmpty();
        app.start(Stage.consumer("second", generator, this::sink).withDemand(Demand.max(3)));
        app.join(Duration.ofMillis(1));
        assertThat(handled).isEqualTo(numbers(10));
        first.stop();
        assertThat(app.join(AN_HOUR.plusMinutes(1))).isTrue();
        assertThat(handled).isEqualTo(numbers(11));
      }
    });
  }

  @Test
  void k1_aRuleThatThrowsMeanwhileCrashesTheGeneratorAndNobodyElse() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      handled.clear();
      int[] calls = {0};
      DispatchRule rule = (events, subscriptions, shares) -> {
        if (simulated.elapsed().toMillis() >= 1 && ++calls[0] == 1) throw new IllegalStateException("once");
        shares[0] = (int) Math.min(events, subscriptions.demand(0));
      };
      try (var app = Supervisor.open("blocked")) {
        var generator = app.start(Stage.generator("generator", () -> new Stage.Generator<Integer>() {
          private stage.api.StageContext context;

          @Override
          public void onStart(stage.api.StageContext context) {
            this.context = context;
          }

          @Override
          public void generate(Outlet<Integer> out) throws InterruptedException {
            if (context.incarnation() > 1) return;
            for (int i = 0; i < 10; i++) out.emit(i);
            simulated.advance(AN_HOUR);
            out.emit(10);
          }
        }).withDispatcher(Dispatcher.shared(rule)));
        app.start(
            Stage.consumer("first", generator, () -> (events, from) -> from.cancel(0)).withDemand(Demand.max(20)));
        app.join(Duration.ofMillis(1));
        var second = app.start(Stage.consumer("second", () -> new Stage.Consumer<Integer>() {
          @Override
          public void onEvents(List<Integer> events, Inlet<Integer> from) {
            handled.addAll(events);
          }
        }).subscribeTo(generator, Demand.max(3)));
        app.join(AN_HOUR.plusMinutes(1));
        assertThat(second.snapshot().incarnation()).isEqualTo(1);
        assertThat(generator.snapshot().incarnation()).isEqualTo(2);
        assertThat(handled).isEqualTo(numbers(10));
        app.children().forEach(ref -> ref.stop());
      }
    });
  }

  /** With real threads: consumers ask while the generator goes to and fro between its own code and the engine. */
  @Test
  void k1_noneIsLostOrSentTwiceWhileOthersDeliver() throws Exception {
    int count = 20_000;
    List<List<Integer>> got = new ArrayList<>();
    try (var app = Supervisor.open("racing")) {
      List<String> names = List.of("0", "1", "2", "3");
      var generator = app.start(Stage.generator("generator", Integer.class, () -> out -> {
        for (int i = 0; i < count; i++) out.emit(i);
      }).withDispatcher(Dispatcher.partition(names, event -> names.get(event % 4))));
      for (int i = 0; i < 4; i++) {
        List<Integer> mine = new ArrayList<>();
        got.add(mine);
        app.start(
            Stage.consumer("sink" + i, SubscriptionSpec.to(generator).withPartition(i).withDemand(Demand.max(1 + i)),
                () -> (events, from) -> mine.addAll(events)));
      }
      app.join();
    }
    for (int i = 0; i < 4; i++) {
      int mine = i;
      assertThat(got.get(i)).isEqualTo(IntStream.range(0, count).filter(event -> event % 4 == mine).boxed().toList());
    }
  }
}
