package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** Subscriptions that are cancelled from outside. */
class CancelTest {
  private static ProducerRef<Integer, ?> silent(Supervisor app, String name) {
    return app.start(Stage.producer(name, () -> (Stage.Producer<Integer>) (demand, out) -> {})
        .withOverflow(Overflow.fail().withCapacity(100)));
  }

  @ParameterizedTest(name = "the busy one is number {0}")
  @ValueSource(ints = {0, 1, 2})
  void p01_eachOfSeveralCancelledAtOnceIsLeft(int busyOne) {
    SimulatedRuntime.withSeeds(1, 50).run(simulated -> {
      try (var app = Supervisor.open("cancels")) {
        var worker = app.start(Stage.perEvent("worker", 4, (Integer event) -> simulated.advance(Duration.ofSeconds(1))));
        List<ProducerRef<Integer, ?>> producers = new ArrayList<>();
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          producers.add(silent(app, "producer" + i));
          subscriptions.add(worker.subscribeTo(SubscriptionSpec.to(producers.get(i)).withDemand(Demand.max(10))));
        }
        producers.get(busyOne).emit(1);
        app.join(Duration.ofMillis(100));
        subscriptions.forEach(Subscription::cancel);
        app.join(Duration.ofMillis(100));
        assertThat(worker.snapshot().inputs()).as("those that nobody works on are left at once").hasSize(1);
        app.join(Duration.ofSeconds(2));
        assertThat(worker.snapshot().inputs()).isEmpty();
      }
    });
  }

  @Test
  void p01_theSameForAStageThatIsInATurn() {
    SimulatedRuntime.withSeeds(1, 50).run(simulated -> {
      try (var app = Supervisor.open("cancels")) {
        var sink = app.start(
            Stage.consumer("sink", Integer.class, () -> (events, from) -> simulated.advance(Duration.ofSeconds(1))));
        List<Subscription> subscriptions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          var producer = silent(app, "producer" + i);
          subscriptions.add(sink.subscribeTo(SubscriptionSpec.to(producer).withDemand(Demand.max(10))));
          producer.emit(1);
        }
        app.join(Duration.ofMillis(100));
        subscriptions.forEach(Subscription::cancel);
        app.join(Duration.ofSeconds(2));
        assertThat(sink.snapshot().inputs()).isEmpty();
      }
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void c3_aNewSubscriptionToTheSameProducerKeepsTheOrder(int max) {
    SimulatedRuntime.withSeeds(1, 100).run(simulated -> {
      List<Integer> handled = new ArrayList<>();
      try (var app = Supervisor.open("cancels")) {
        int[] next = {0};
        var numbers = app.start(Stage.producer("numbers", () -> (Stage.Producer<Integer>) (demand, out) -> {
          for (long i = 0; i < demand; i++) out.emit(next[0]++);
        }));
        var sink = app.start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
          simulated.pass();
          handled.addAll(events);
        }));
        Subscription subscription = sink.subscribeTo(SubscriptionSpec.to(numbers).withDemand(Demand.max(max)));
        for (int i = 0; i < 20; i++) {
          for (int n = simulated.choose(6); n > 0; n--) simulated.pass();
          subscription.cancel();
          if (simulated.choose(2) == 1) simulated.pass();
          subscription = sink.subscribeTo(SubscriptionSpec.to(numbers).withDemand(Demand.max(max)));
        }
        for (int n = 0; n < 50; n++) simulated.pass();
      }
      assertThat(handled).isEqualTo(java.util.stream.IntStream.range(0, handled.size()).boxed().toList());
      assertThat(handled).isNotEmpty();
    });
  }
}
