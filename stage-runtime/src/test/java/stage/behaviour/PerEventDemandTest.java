package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** How much a stage that hands each event to a thread of its own has at once. */
class PerEventDemandTest {
  @Test
  void c8_eachEventThatFinishesIsReplacedAtOnce() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      var running = new AtomicInteger();
      var fewest = new AtomicInteger(10);
      var handled = new AtomicInteger();
      try (var app = Supervisor.open("per-event")) {
        var numbers = app.start(Stage.producer("numbers", () -> (Stage.Producer<Integer>) (demand, out) -> {
          for (long i = 0; i < demand; i++) out.emit((int) i);
        }));
        app.start(Stage.perEvent("worker", numbers, 10, event -> {
          running.getAndIncrement();
          simulated.advance(Duration.ofSeconds(1 + simulated.choose(9)));
          // all are at work but those that finish at this instant
          if (handled.incrementAndGet() > 20) fewest.accumulateAndGet(running.get(), Math::min);
          running.getAndDecrement();
        }).withDemand(Demand.max(10)));
        for (int i = 0; i < 50; i++) {
          app.join(Duration.ofMillis(990));
          if (handled.get() > 20) assertThat(running.get()).isEqualTo(10);
          app.join(Duration.ofMillis(10));
        }
        numbers.stop();
      }
    });
  }
}
