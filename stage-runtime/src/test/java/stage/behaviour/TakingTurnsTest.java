package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerConsumerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * One kind of work of a stage never has an end; the others must be done all the same, and the stage must come to its
 * own.
 */
class TakingTurnsTest {
  private static final int EVENTS = 100;

  private static List<Integer> numbers() {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) all.add(i);
    return all;
  }

  /** Its timers are due again before they have run. */
  private static final class Busy implements Stage.Consumer<Integer> {
    private final List<Integer> handled;
    private final boolean isPeriodic;
    private final Simulated simulated;
    private StageContext context;

    Busy(List<Integer> handled, boolean isPeriodic, Simulated simulated) {
      this.handled = handled;
      this.isPeriodic = isPeriodic;
      this.simulated = simulated;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      if (isPeriodic) context.every(Duration.ofMillis(5), () -> simulated.advance(Duration.ofMillis(8)));
      else context.after(Duration.ZERO, this::poll);
    }

    private void poll() throws InterruptedException {
      simulated.advance(Duration.ofNanos(1000));
      context.after(Duration.ZERO, this::poll);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      handled.addAll(events);
    }
  }

  /** Sends itself a message in each message, until the stage has ended. */
  private static void flood(StageRef<? extends Stage.Behaviour> ref, Simulated simulated) throws InterruptedException {
    ref.cast(stage -> {
      simulated.advance(Duration.ofNanos(1000));
      if (ref.isAlive()) flood(ref, simulated);
    });
  }

  @Nested
  class TimersThatAreAlwaysDue {
    private void letEventsIn(boolean isPeriodic) {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> handled = new ArrayList<>();
        try (var app = Supervisor.open("busy")) {
          var source = app.start(Stage.ofIterable("source", numbers()));
          app.start(Stage.consumer("sink", () -> new Busy(handled, isPeriodic, simulated)).subscribeTo(source,
              Demand.max(10)));
          assertThat(app.join(Duration.ofSeconds(3))).as("it completes, too").isTrue();
        }
        assertThat(handled).isEqualTo(numbers());
      });
    }

    @Test
    void p04_letEventsIn() {
      letEventsIn(true);
    }

    @Test
    void b47_letEventsInIfTheyPollToo() {
      letEventsIn(false);
    }

    @Test
    void p04_letADrainEnd() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> handled = new ArrayList<>();
        Duration before;
        try (var app = Supervisor.open("busy")) {
          var source = app.start(Stage.ofIterable("source", numbers()));
          app.start(
              Stage.consumer("sink", () -> new Busy(handled, false, simulated)).subscribeTo(source, Demand.max(10)));
          before = simulated.elapsed();
        }
        assertThat(simulated.elapsed().minus(before)).isLessThan(Duration.ofSeconds(2));
      });
    }

    @Test
    void p04_letEventsFromOutsideInAndWhatWaitsOut() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> handled = new ArrayList<>();
        try (var app = Supervisor.open("busy")) {
          var source = app.start(Stage.producer("source", () -> new Stage.Producer<Integer>() {
            private StageContext context;

            @Override
            public void onStart(StageContext context) {
              this.context = context;
              context.after(Duration.ZERO, this::poll);
            }

            private void poll() throws InterruptedException {
              simulated.advance(Duration.ofNanos(1000));
              context.after(Duration.ZERO, this::poll);
            }

            @Override
            public void onDemand(long demand, Outlet<Integer> out) {
              // all of them come from outside
            }
          }).withOverflow(Overflow.fail().withCapacity(EVENTS)));
          for (int i = 0; i < EVENTS; i++) source.emit(i);
          app.start(
              Stage.consumer("sink", source, () -> (events, from) -> handled.addAll(events)).withDemand(Demand.max(3)));
          app.join(Duration.ofSeconds(1));
          assertThat(handled).isEqualTo(numbers());
        }
      });
    }

    @Test
    void p04_letAGeneratorEmit() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> handled = new ArrayList<>();
        try (var app = Supervisor.open("busy")) {
          var source = app.start(Stage.generator("source", () -> new Stage.Generator<Integer>() {
            private StageContext context;

            @Override
            public void onStart(StageContext context) {
              this.context = context;
              context.after(Duration.ZERO, this::poll);
            }

            private void poll() throws InterruptedException {
              simulated.advance(Duration.ofNanos(1000));
              context.after(Duration.ZERO, this::poll);
            }

            @Override
            public void generate(Outlet<Integer> out) throws InterruptedException {
              for (int i = 0; i < EVENTS; i++) out.emit(i);
            }
          }));
          app.start(
              Stage.consumer("sink", source, () -> (events, from) -> handled.addAll(events)).withDemand(Demand.max(3)));
          assertThat(app.join(Duration.ofSeconds(3))).isTrue();
          assertThat(handled).isEqualTo(numbers());
        }
      });
    }
  }

  @Nested
  class MessagesWithoutEnd {
    @Test
    void p04_letEventsInAndTheStageComplete() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> handled = new ArrayList<>();
        try (var app = Supervisor.open("busy")) {
          var source = app.start(Stage.ofIterable("source", numbers()));
          ProducerConsumerRef<Integer, Integer, Stage.ProducerConsumer<Integer, Integer>> middle = app.start(
              Stage
                  .producerConsumer("middle", source, Integer.class,
                      () -> (events, from, out) -> events.forEach(out::emit))
                  .withDemand(Demand.max(10)));
          flood(middle, simulated);
          var sink = app.start(
              Stage.consumer("sink", middle, () -> (events, from) -> handled.addAll(events)).withDemand(Demand.max(3)));
          flood(sink, simulated);
          assertThat(app.join(Duration.ofSeconds(30))).isTrue();
          assertThat(handled).isEqualTo(numbers());
        }
      });
    }

    @Test
    void p04_letAGeneratorEmitAndComplete() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> handled = new ArrayList<>();
        try (var app = Supervisor.open("busy")) {
          var source = app.start(Stage.ofIterable("source", numbers()));
          flood(source, simulated);
          app.start(
              Stage.consumer("sink", source, () -> (events, from) -> handled.addAll(events)).withDemand(Demand.max(3)));
          assertThat(app.join(Duration.ofSeconds(30))).isTrue();
          assertThat(handled).isEqualTo(numbers());
        }
      });
    }

    @Test
    void p04_letATimerRun() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        var ran = new ArrayList<Duration>();
        try (var app = Supervisor.open("busy")) {
          var sink = app.start(Stage.consumer("sink", () -> new Stage.Consumer<Integer>() {
            @Override
            public void onStart(StageContext context) {
              context.after(Duration.ofMillis(10), () -> ran.add(simulated.elapsed()));
            }

            @Override
            public void onEvents(List<Integer> events, Inlet<Integer> from) {
              // none come
            }
          }));
          flood(sink, simulated);
          app.join(Duration.ofMillis(100));
          assertThat(ran).hasSize(1);
          sink.stop();
        }
      });
    }
  }
}
