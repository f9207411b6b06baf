package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.Demand;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** Events from outside, of a caller that will not wait for demand, or not for long. */
class TryEmitTest {
  private final List<Integer> handled = new ArrayList<>();

  private static ProducerRef<Integer, ?> silent(Supervisor app, Overflow overflow) {
    return app
        .start(Stage.producer("silent", () -> (Stage.Producer<Integer>) (demand, out) -> {}).withOverflow(overflow));
  }

  /** Takes a second for each event. */
  private void startSlowSink(Supervisor app, ProducerRef<Integer, ?> producer, Simulated simulated)
      throws InterruptedException {
    app.start(Stage.consumer("sink", producer, () -> (events, from) -> {
      simulated.advance(Duration.ofSeconds(1));
      handled.addAll(events);
    }).withDemand(Demand.max(1)));
    producer.tryEmit(0);   // it may be too early for this one
    app.join(Duration.ofMillis(10));
  }

  @Nested
  class WithoutDemand {
    @ParameterizedTest(name = "{0}({1}): {2} of 10 are accepted")
    @CsvSource({"BLOCK, 0, 0", "FAIL, 0, 0", "FAIL, 4, 4", "DROP_NEWEST, 4, 4", "DROP_OLDEST, 4, 10"})
    void k7_whatIsNotAcceptedIsNeitherDroppedNorAFailure(Overflow.Kind kind, int capacity, int accepted) {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("try")) {
          var producer = silent(app, new Overflow(kind, capacity));
          // it has not looked at its demand yet
          if (kind != Overflow.Kind.DROP_OLDEST) assertThat(producer.tryEmit(0)).isFalse();
          app.join(Duration.ofMillis(1));
          int count = 0;
          for (int i = 0; i < 10; i++) if (producer.tryEmit(i)) count++;
          assertThat(count).isEqualTo(accepted);
          app.join(Duration.ofMillis(1));
          assertThat(producer.snapshot().eventsDropped()).isEqualTo(kind == Overflow.Kind.DROP_OLDEST ? 6 : 0);
        }
      });
    }

    @Test
    void k7_waitsNoLongerThanTold() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("try")) {
          var producer = silent(app, Overflow.block());
          Duration before = simulated.elapsed();
          assertThat(producer.emit(1, Duration.ofMillis(500))).isFalse();
          assertThat(simulated.elapsed().minus(before)).isEqualTo(Duration.ofMillis(500));
        }
      });
    }
  }

  @Nested
  class WhenDemandComes {
    @Test
    void k7_isAcceptedInTime() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        handled.clear();
        try (var app = Supervisor.open("try")) {
          var producer = silent(app, Overflow.block());
          startSlowSink(app, producer, simulated);
          for (int i = 1; i <= 5; i++) assertThat(producer.emit(i, Duration.ofSeconds(5))).isTrue();
          app.join(Duration.ofSeconds(10));
          assertThat(handled).containsSequence(1, 2, 3, 4, 5);
        }
      });
    }

    @Test
    void k7_eachAcceptedOneIsHandledAndNoOther() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        handled.clear();
        List<Integer> accepted = new ArrayList<>();
        try (var app = Supervisor.open("try")) {
          var producer = silent(app, Overflow.block());
          if (producer.tryEmit(-1)) accepted.add(-1);
          app.start(Stage.consumer("sink", producer, () -> (events, from) -> {
            simulated.advance(Duration.ofSeconds(1));
            handled.addAll(events);
          }).withDemand(Demand.max(2)));
          for (int i = 0; i < 40; i++) {
            if (producer.tryEmit(i)) accepted.add(i);
            app.join(Duration.ofMillis(300));
          }
        }
        assertThat(accepted.size()).isBetween(5, 20);
        assertThat(handled).isEqualTo(accepted);
      });
    }
  }

  @Nested
  class Misuse {
    @Test
    void k7_isToldOfTheEnd() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("try")) {
          var producer = silent(app, Overflow.block());
          producer.stop();
          producer.join();
          assertThatThrownBy(() -> producer.tryEmit(1)).isInstanceOf(StageEndedException.class);
          assertThatThrownBy(() -> producer.emit(1, Duration.ofSeconds(1))).isInstanceOf(StageEndedException.class);
        }
      });
    }

    @Test
    void k7_isRefusedNullAndNoTime() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("try")) {
          var producer = silent(app, Overflow.block());
          assertThatThrownBy(() -> producer.tryEmit(null)).isInstanceOf(NullPointerException.class)
              .hasMessageContaining("event");
          assertThatThrownBy(() -> producer.emit(1, null)).isInstanceOf(NullPointerException.class)
              .hasMessageContaining("timeout");
          assertThatThrownBy(() -> producer.emit(1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("tryEmit");
        }
      });
    }
  }
}
