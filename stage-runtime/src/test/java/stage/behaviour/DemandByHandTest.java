package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.SimulatedRuntime;

/** Consumers that ask for their events, and are restarted. */
class DemandByHandTest {
  private static final int EVENTS = 20;

  private final List<Integer> handled = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private long mostOutstanding;
  private int crashes;

  /**
   * As the guide has it: some to begin with, and then one for each that it has handled. Crashes when it first gets some
   * of the events.
   */
  private class SomeAtATime implements Stage.Consumer<Integer> {
    private final int some;

    SomeAtATime(int some) {
      this.some = some;
    }

    @Override
    public void onSubscribe(Inlet<Integer> to) {
      to.request(some);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      sizes.add(events.size());
      mostOutstanding = Math.max(mostOutstanding, from.outstanding());
      crashAt(events);
      handled.addAll(events);
      from.request(events.size());
    }

    void crashAt(List<Integer> events) {
      if ((events.contains(3) || events.contains(6)) && ++crashes % 2 == 1) throw new IllegalStateException("once");
    }
  }

  /** Its third event makes it crash, always. */
  private final class Poisoned extends SomeAtATime {
    Poisoned(int some) {
      super(some);
    }

    @Override
    void crashAt(List<Integer> events) {
      if (events.contains(3)) throw new IllegalStateException("poison");
    }
  }

  private static ProducerRef<Integer, ?> numbers(Supervisor app) {
    return app.start(Stage.producer("numbers", () -> new Stage.Producer<Integer>() {
      private final Iterator<Integer> rest = IntStream.rangeClosed(1, EVENTS).iterator();

      @Override
      public void onDemand(long demand, Outlet<Integer> out) {
        for (long i = 0; i < demand && rest.hasNext(); i++) out.emit(rest.next());
        if (!rest.hasNext()) out.complete();
      }
    }));
  }

  private static SupervisorSpec patient() {
    return SupervisorSpec.of("by-hand").withIntensity(new Intensity(100, Duration.ofSeconds(5)));
  }

  @Nested
  class AfterARestart {
    @ParameterizedTest(name = "{0} at a time")
    @ValueSource(ints = {1, 2, 5})
    void b10_outstandingStaysWhatTheAuthorAskedFor(int some) {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          app.start(Stage.consumer("sink", () -> new SomeAtATime(some)).subscribeTo(numbers(app), Demand.manual()));
          assertThat(app.join(Duration.ofSeconds(1))).isTrue();
        }
      });
      assertThat(mostOutstanding).isEqualTo(some);
      assertThat(sizes).allMatch(size -> size <= some);
      assertThat(handled).isEqualTo(IntStream.rangeClosed(1, EVENTS).boxed().toList());
      assertThat(crashes).isGreaterThan(1);
    }

    @Test
    void b10_theSameIfTheBatchIsDropped() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          app.start(Stage.consumer("sink", () -> new SomeAtATime(2)).withRedelivery(Redelivery.none())
              .subscribeTo(numbers(app), Demand.manual()));
          assertThat(app.join(Duration.ofSeconds(1))).isTrue();
        }
      });
      assertThat(mostOutstanding).isEqualTo(2);
      assertThat(handled).endsWith(EVENTS);
    }

    @Test
    void b10_theSameIfAnEventIsGivenUp() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          app.start(Stage.consumer("sink", () -> new Poisoned(2)).subscribeTo(numbers(app), Demand.manual()));
          assertThat(app.join(Duration.ofSeconds(1))).isTrue();
        }
      });
      assertThat(mostOutstanding).isEqualTo(2);
      assertThat(handled).hasSize(EVENTS - 1).doesNotContain(3);
    }

    @Test
    void b10_theSameIfOnSubscribeThrowsAfterItHasAsked() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          app.start(Stage.consumer("sink", () -> new SomeAtATime(2) {
            @Override
            public void onSubscribe(Inlet<Integer> to) {
              super.onSubscribe(to);
              if (++crashes <= 3) throw new IllegalStateException("not yet");
            }

            @Override
            void crashAt(List<Integer> events) {
              // not here
            }
          }).subscribeTo(numbers(app), Demand.manual()));
          assertThat(app.join(Duration.ofSeconds(1))).isTrue();
        }
      });
      assertThat(mostOutstanding).isEqualTo(2);
    }

    @Test
    void b10_anAuthorWhoLooksWhatIsOutstandingAsksForTheRest() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          app.start(Stage.consumer("sink", () -> new SomeAtATime(5) {
            @Override
            public void onSubscribe(Inlet<Integer> to) {
              if (to.outstanding() < 5) to.request(5 - to.outstanding());
            }
          }).subscribeTo(numbers(app), Demand.manual()));
          assertThat(app.join(Duration.ofSeconds(1))).isTrue();
        }
      });
      assertThat(mostOutstanding).isEqualTo(5);
      assertThat(handled).hasSize(EVENTS);
    }

    @Test
    void b10_aReplacementAsksForTheRestToo() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          var silent = app.start(Stage.producer("silent", () -> (Stage.Producer<Integer>) (demand, out) -> {}));
          var sink = app.start(Stage.consumer("sink", () -> new SomeAtATime(3)).subscribeTo(silent, Demand.manual()));
          sink.replace(() -> new SomeAtATime(4));
          sink.call(stage -> null);
          assertThat(sink.snapshot().inputs().getFirst().outstanding()).isEqualTo(4);
        }
      });
    }

    @Test
    void b10_whatATimerAsksForIsAdded() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient())) {
          var silent = app.start(Stage.producer("silent", () -> (Stage.Producer<Integer>) (demand, out) -> {}));
          var sink = app.start(Stage.consumer("sink", () -> new Stage.Consumer<Integer>() {
            private StageContext context;

            @Override
            public void onStart(StageContext context) {
              this.context = context;
            }

            @Override
            public void onSubscribe(Inlet<Integer> to) {
              context.every(Duration.ofSeconds(1), () -> to.request(2));
            }

            @Override
            public void onEvents(List<Integer> events, Inlet<Integer> from) {
              // none come
            }
          }).subscribeTo(silent, Demand.manual()));
          app.join(Duration.ofMillis(1500));
          sink.kill();
          app.join(Duration.ofMillis(1500));
          assertThat(sink.snapshot().incarnation()).isEqualTo(2);
          assertThat(sink.snapshot().inputs().getFirst().outstanding()).isEqualTo(4);
        }
      });
    }
  }

  @Nested
  class ThatResumesAfterAFailure {
    @Test
    void b10_doesNotWaitForAnEventThatItNoLongerAsksFor() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open(patient().withDecisions(failure -> Decision.RESUME))) {
          app.start(Stage.consumer("sink", () -> new Poisoned(1)).subscribeTo(numbers(app), Demand.manual()));
          assertThat(app.join(Duration.ofSeconds(1))).isTrue();
        }
      });
      assertThat(handled).hasSize(EVENTS - 1).doesNotContain(3);
      assertThat(mostOutstanding).isEqualTo(1);
    }
  }
}
