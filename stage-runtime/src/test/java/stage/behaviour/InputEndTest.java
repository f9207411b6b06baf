package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CancelPolicy;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** A consumer whose producers end, or have ended. */
class InputEndTest {
  private final List<Integer> handled = new ArrayList<>();

  private Stage.Consumer<Integer> sink() {
    return (events, from) -> handled.addAll(events);
  }

  /** Has always one more. */
  private static void emitAll(long demand, Outlet<Integer> out) {
    for (long i = 0; i < demand; i++) out.emit(1);
  }

  @Nested
  class ThatIsBusy {
    @Test
    void p20_seesTheEndOfAProducerThatHadCompletedBeforeItSubscribed() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("busy")) {
          var over = app.start(Stage.ofIterable("over", List.<Integer>of()));
          var first = app.start(Stage.consumer("first", over, InputEndTest.this::sink));
          over.join();
          var endless = app.start(Stage.producer("endless", () -> (Stage.Producer<Integer>) InputEndTest::emitAll));
          var sink = app.start(Stage.consumer("sink", endless, InputEndTest.this::sink).withDemand(Demand.max(4)));
          first.join();
          sink.subscribeTo(SubscriptionSpec.to(over).withCancelPolicy(CancelPolicy.PERMANENT));
          sink.join();   // no end of the simulation, else
        }
      });
    }

    @Test
    void p20_seesTheEndOfAProducerThatCompletesLater() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("busy")) {
          var finite = app.start(Stage.ofIterable("finite", List.of(1, 2, 3)));
          var endless = app.start(Stage.producer("endless", () -> (Stage.Producer<Integer>) InputEndTest::emitAll));
          var sink = app.start(Stage.consumer("sink", endless, InputEndTest.this::sink).withDemand(Demand.max(4)));
          sink.subscribeTo(SubscriptionSpec.to(finite).withCancelPolicy(CancelPolicy.PERMANENT));
          sink.join();
        }
      });
    }
  }

  @Nested
  class ThatHasEndedWithItsLastInput {
    @Test
    void b42_saysWhatWouldHaveKeptItAlive() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("merge")) {
          var sink = app.start(Stage.consumer("sink", Integer.class, InputEndTest.this::sink));
          sink.subscribeTo(app.start(Stage.ofIterable("one", List.of(1))));
          sink.join();
          var two = app.start(Stage.ofIterable("two", List.of(2)));
          assertThatThrownBy(() -> sink.subscribeTo(two)).isInstanceOf(SubscriptionRefusedException.class)
              .hasMessageContaining("CancelPolicy.TEMPORARY");
        }
      });
    }

    @Test
    void b42_aTemporarySubscriptionKeepsItAlive() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("merge")) {
          var sink = app.start(Stage.consumer("sink", Integer.class, InputEndTest.this::sink));
          for (int i = 0; i < 3; i++) {
            var source = app.start(Stage.ofIterable("source" + i, List.of(i)));
            sink.subscribeTo(SubscriptionSpec.to(source).withCancelPolicy(CancelPolicy.TEMPORARY));
            source.join();
          }
        }
      });
      assertThat(handled).containsExactly(0, 1, 2);
    }
  }

  @Nested
  class ThatHasNobodyToPassEventsOnTo {
    private Duration close(Opening opening) {
      Duration[] took = {null};
      SimulatedRuntime.withSeed(1).run(simulated -> {
        var app = Supervisor.open("lonely");
        opening.start(app);
        assertThat(app.join(Duration.ofSeconds(1))).isFalse();
        Duration before = simulated.elapsed();
        app.close();
        took[0] = simulated.elapsed().minus(before);
        assertThat(app.report().eventsReturned() + app.report().eventsUndelivered()).isPositive();
      });
      return took[0];
    }

    private interface Opening {
      void start(Supervisor app) throws Exception;
    }

    private static Stage.ProducerConsumer<Integer, Integer> relay() {
      return (events, from, out) -> events.forEach(out::emit);
    }

    @Test
    void b33_aStageWithoutAConsumerKeepsNoDrainWaiting() {
      assertThat(close(app -> app.start(Stage.producerConsumer("middle",
          app.start(Stage.ofIterable("numbers", List.of(1, 2, 3))), Integer.class, () -> relay()))))
          .isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void b33_norDoesAPartitionThatNobodyServes() {
      assertThat(close(app -> {
        var numbers = app.start(Stage.ofIterable("numbers", List.of(1, 2, 3)).withDispatcher(Dispatchers.oddOrEven()));
        app.start(Stage.consumer("odd", SubscriptionSpec.to(numbers).withPartition("odd"), InputEndTest.this::sink));
      })).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void b33_norDoesAFullPartitionOfAStageInTheMiddle() {
      List<Integer> many = java.util.stream.IntStream.range(0, 10_000).boxed().toList();
      assertThat(close(app -> {
        var numbers = app.start(Stage.ofIterable("numbers", many));
        var middle = app.start(Stage.producerConsumer("middle", numbers, Integer.class, () -> relay())
            .withDispatcher(Dispatchers.oddOrEven()));
        app.start(Stage.consumer("odd", SubscriptionSpec.to(middle).withPartition("odd"), InputEndTest.this::sink));
      })).isLessThan(Duration.ofSeconds(1));
    }
  }

  private static final class Dispatchers {
    static stage.api.Dispatcher<Integer> oddOrEven() {
      return stage.api.Dispatcher.partition(List.of("odd", "even"), number -> number % 2 == 0 ? "even" : "odd");
    }
  }
}
