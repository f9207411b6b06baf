package stage.runtime.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

class StandstillTest {
  private final SimulatedTime time = new SimulatedTime(RecordedChoices.ofSeed(1), null, SimulationOptions.PLAIN);
  private final CountDownLatch never = new CountDownLatch(1);

  private void pipeline(boolean swallows) throws InterruptedException {
    try (var app = Supervisor.open("app")) {
      var numbers = app.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> out.emit(1)));
      app.start(
          Stage.consumer("blocks", numbers, () -> (events, from) -> readSlowly(swallows)).withDemand(Demand.max(1)));
      app.join();
    }
  }

  /** As what reads from a socket. */
  private void readSlowly(boolean swallows) throws InterruptedException {
    try {
      never.await();
    } catch (InterruptedException e) {
      if (!swallows) throw e;
    }
  }

  @ParameterizedTest(name = "it swallows its interrupt: {0}")
  @ValueSource(booleans = {false, true})
  void ofAStageIsToldWithItsStack(boolean swallows) {
    time.standstill(Duration.ofSeconds(1));

    assertThatThrownBy(() -> time.run(() -> pipeline(swallows))).isInstanceOf(SimulatedTime.CannotGoOn.class)
        .hasMessageStartingWith("user code of app/blocks#1 has kept the simulation waiting for 1 real seconds")
        .hasMessageContaining("readSlowly")
        .hasMessageContaining("wait only for what Stage knows of");
    assertThat(SimulatedTime.ofThisThread()).as("the simulation of this thread").isNull();
  }

  @Test
  void ofTheBodyIsToldToo() throws Exception {
    time.standstill(Duration.ofSeconds(1));
    var body = new FutureTask<Void>(() -> {
      assertThatThrownBy(() -> time.run(() -> readSlowly(false))).isInstanceOf(SimulatedTime.CannotGoOn.class)
          .hasMessageStartingWith("the body of the simulation has kept the simulation waiting")
          .hasMessageContaining("readSlowly")
          .hasCauseInstanceOf(InterruptedException.class);
      return null;
    });
    Thread.ofVirtual().start(body);
    body.get();
  }

  @Test
  void leavesTheThreadThatRanItAloneForItsNextSimulation() throws Throwable {
    time.standstill(Duration.ofSeconds(1));
    assertThatThrownBy(() -> time.run(() -> pipeline(false))).isInstanceOf(SimulatedTime.CannotGoOn.class);

    var next = new SimulatedTime(RecordedChoices.ofSeed(2), null, SimulationOptions.PLAIN);
    next.standstill(Duration.ofSeconds(60));
    int[] handled = {0};
    next.run(() -> {
      try (var app = Supervisor.open("app")) {
        var one = app.start(Stage.generator("one", Integer.class, () -> out -> out.emit(1)));
        app.start(Stage.consumer("takes", one, () -> (events, from) -> handled[0] += events.size()));
        app.join();
      }
    });
    assertThat(handled[0]).isEqualTo(1);
  }
}
