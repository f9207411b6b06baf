package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.supervision.Backoff;
import stage.api.supervision.Decision;
import stage.api.supervision.DecisionRule;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** What a sink writes to is down for a while: no event is to blame. */
class RetryTest {
  private static final int EVENTS = 50;
  private static final DecisionRule RULE =
      failure -> failure.cause() instanceof IOException ? Decision.RETRY : Decision.RESTART;

  private final List<Integer> written = new ArrayList<>();
  private final List<Integer> letters = new ArrayList<>();

  /** Down from the first second on, for some time. */
  private final class Writer implements Stage.Consumer<Integer> {
    private final Simulated simulated;
    private final Duration outage;

    Writer(Simulated simulated, Duration outage) {
      this.simulated = simulated;
      this.outage = outage;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) throws Exception {
      simulated.advance(Duration.ofMillis(200));
      Duration now = simulated.elapsed();
      if (now.compareTo(Duration.ofSeconds(1)) >= 0 && now.compareTo(outage.plusSeconds(1)) < 0)
        throw new IOException("the database is down");
      for (int event : events) if (event == 40) throw new IllegalArgumentException("poison");
      written.addAll(events);
    }
  }

  private void start(Supervisor app, Simulated simulated, Duration outage, Redelivery redelivery) {
    var source = app.start(Stage.ofIterable("source", IntStream.range(0, EVENTS).boxed().toList()));
    app.start(Stage.consumer("writer", () -> new Writer(simulated, outage)).withRedelivery(redelivery)
        .withDeadLetters(letter -> letters.add((Integer) letter.event())).subscribeTo(source, Demand.max(10)));
  }

  @ParameterizedTest
  @EnumSource(value = Strategy.class, names = {"ONE_FOR_ONE", "ONE_FOR_ALL", "REST_FOR_ONE"})
  void k4_anOutageThatEndsCostsNoEvent(Strategy strategy) {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      written.clear();
      letters.clear();
      var spec = SupervisorSpec.of("outage").withStrategy(strategy).withDecisions(RULE)
          .withIntensity(new Intensity(20, Duration.ofSeconds(5)));
      try (var app = Supervisor.open(spec)) {
        start(app, simulated, Duration.ofSeconds(3), Redelivery.DEFAULT);
        assertThat(app.join(Duration.ofMinutes(1))).isTrue();
      }
      assertThat(letters).containsExactly(40);   // what is the event's fault still is
      assertThat(written).isEqualTo(IntStream.range(0, EVENTS).filter(event -> event != 40).boxed().toList());
    });
  }

  @Test
  void k4_norWithoutRedelivery() {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      written.clear();
      try (var app = Supervisor.open(SupervisorSpec.of("outage").withDecisions(failure -> Decision.RETRY)
          .withIntensity(new Intensity(20, Duration.ofSeconds(5)))
          .withBackoff(Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(1))))) {
        var source = app.start(Stage.ofIterable("source", IntStream.range(0, 30).boxed().toList()));
        app.start(Stage.consumer("writer", () -> new Writer(simulated, Duration.ofSeconds(3)))
            .withRedelivery(Redelivery.none()).subscribeTo(source, Demand.max(10)));
        assertThat(app.join(Duration.ofMinutes(1))).isTrue();
        assertThat(app.snapshot().eventsDropped()).isZero();
      }
      assertThat(written).isEqualTo(IntStream.range(0, 30).boxed().toList());
    });
  }

  @Test
  void k4_anOutageThatOutlastsTheIntensityEndsTheScopeAndReturnsWhatWasInHand() {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      written.clear();
      letters.clear();
      var app = Supervisor.open(SupervisorSpec.of("outage").withDecisions(RULE));
      start(app, simulated, Duration.ofHours(1), Redelivery.DEFAULT);
      assertThatThrownBy(() -> app.join()).isInstanceOf(StageFailedException.class)
          .hasCauseInstanceOf(IOException.class);
      app.close();
      assertThat(letters).isEmpty();
      assertThat(app.report().eventsReturned() + app.report().eventsUndelivered()).isPositive();
      assertThat(app.snapshot().deadLetters()).isZero();
    });
  }

  @Test
  void k4_pausesLongerEachTimeWithoutABackoffToo() {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      List<Duration> tries = new ArrayList<>();
      try (var app = Supervisor.open(SupervisorSpec.of("outage").withDecisions(failure -> Decision.RETRY)
          .withIntensity(new Intensity(4, Duration.ofMinutes(1))))) {
        var source = app.start(Stage.ofIterable("source", List.of(1)));
        app.start(Stage.consumer("writer", source, () -> (events, from) -> {
          tries.add(simulated.elapsed());
          if (tries.size() <= 4) throw new IOException("down");
        }));
        assertThat(app.join(Duration.ofMinutes(1))).isTrue();
      }
      for (int i = 2; i < tries.size(); i++) {
        assertThat(tries.get(i).minus(tries.get(i - 1)))
            .isGreaterThanOrEqualTo(tries.get(i - 1).minus(tries.get(i - 2)));
      }
      assertThat(tries.get(1).minus(tries.get(0))).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    });
  }
}
