package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.State;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** A call that lets a producer emit, and answers. */
class CallEmitTest {
  /** Emits only what it is told to, and counts that in a state. */
  private static final class Till implements Stage.Producer<String> {
    private State<Integer> tickets;

    @Override
    public void onStart(StageContext context) {
      tickets = context.state(0);
    }

    @Override
    public void onDemand(long demand, Outlet<String> out) {}

    int sell(String name, Outlet<String> out) {
      tickets.set(tickets.value() + 1);
      out.emit(name + " " + tickets.value());
      return tickets.value();
    }
  }

  private interface Situation {
    void run(Supervisor app, ProducerRef<String, Till> till, List<String> sold) throws Exception;
  }

  private static void simulate(Situation situation) {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      try (var app = Supervisor.open("fair")) {
        var sold = new ArrayList<String>();
        ProducerRef<String, Till> till = app.start(Stage.producer("till", Till::new));
        situation.run(app, till, sold);
      }
    });
  }

  private static ConsumerRef<String, Stage.Consumer<String>> visitor(Supervisor app, ProducerRef<String, Till> till,
      List<String> sold) {
    return app.start(Stage.consumer("visitor", till, () -> (events, from) -> sold.addAll(events)));
  }

  @Nested
  class AFunctionThatReturns {
    @Test
    void c09_emitsAndAnswers() {
      simulate((app, till, sold) -> {
        var visitor = visitor(app, till, sold);
        assertThat(till.<Integer>callEmit((stage, out) -> stage.sell("Ann", out))).isEqualTo(1);
        assertThat(till.<Integer>callEmit(Duration.ofSeconds(1), (stage, out) -> stage.sell("Bob", out))).isEqualTo(2);
        till.stop();
        visitor.join();
        assertThat(sold).containsExactly("Ann 1", "Bob 2");
      });
    }

    @Test
    void c09_hasPublishedBeforeTheCallerHasItsAnswer() {
      simulate((app, till, sold) -> {
        visitor(app, till, sold);
        till.callEmit((stage, out) -> stage.sell("Ann", out));
        assertThat(till.snapshot().eventsEmitted()).isEqualTo(1);
      });
    }

    @Test
    void c09_emitsBeyondDemandIntoTheBacklog() {
      simulate((app, till, sold) -> {
        till.callEmit((stage, out) -> stage.sell("Ann", out));
        assertThat(till.snapshot().backlog()).isEqualTo(1);
        var visitor = visitor(app, till, sold);
        till.stop();
        visitor.join();
        assertThat(sold).containsExactly("Ann 1");
      });
    }

    @Test
    void c09_mayCompleteTheStream() {
      simulate((app, till, sold) -> {
        var visitor = visitor(app, till, sold);
        till.callEmit((stage, out) -> {
          stage.sell("last", out);
          out.complete();
          return null;
        });
        visitor.join();
        assertThat(sold).containsExactly("last 1");
      });
    }
  }

  @Nested
  class AFunctionThatThrows {
    @Test
    void c09_takesBackWhatItEmittedAndChanged() {
      simulate((app, till, sold) -> {
        var visitor = visitor(app, till, sold);
        assertThatThrownBy(() -> till.callEmit((stage, out) -> {
          stage.sell("Ann", out);
          throw new IOException("no paper");
        })).isInstanceOf(CallFailedException.class).hasRootCauseMessage("no paper");
        assertThat(till.<Integer>callEmit((stage, out) -> stage.sell("Bob", out))).isEqualTo(1);
        till.stop();
        visitor.join();
        assertThat(sold).containsExactly("Bob 1");
      });
    }
  }

  @Nested
  class AStageThatCannotAnswer {
    @Test
    void c09_hasEnded() {
      simulate((app, till, sold) -> {
        till.stop();
        till.join();
        assertThatThrownBy(() -> till.callEmit((stage, out) -> stage.sell("Ann", out)))
            .isInstanceOf(StageEndedException.class);
      });
    }

    @Test
    void c09_isCompleting() {
      simulate((app, till, sold) -> {
        app.start(Stage.consumer("visitor", till, () -> (events, from) -> sold.addAll(events))
            .withDemand(Demand.max(1))).pause();
        till.callEmit((stage, out) -> {
          for (int i = 0; i < 3; i++) stage.sell("Ann", out);
          out.complete();
          return null;
        });
        assertThatThrownBy(() -> till.callEmit((stage, out) -> stage.sell("Bob", out)))
            .isInstanceOf(StageEndedException.class).hasMessageContaining("Completed");
        app.child("visitor").resume();
        app.join();
        assertThat(sold).containsExactly("Ann 1", "Ann 2", "Ann 3");
      });
    }

    @Test
    void c09_wouldWaitForItself() {
      simulate((app, till, sold) -> assertThatThrownBy(() -> till.<Object>call(stage -> till.callEmit((s, out) -> 1)))
          .isInstanceOf(CallFailedException.class).hasRootCauseInstanceOf(IllegalStateException.class)
          .hasStackTraceContaining("callEmit() on stage fair/till would wait for itself"));
    }
  }

  @Nested
  class APausedStage {
    @Test
    void c09_answersAndEmits() {
      simulate((app, till, sold) -> {
        till.pause();
        assertThat(till.<Integer>callEmit((stage, out) -> stage.sell("Ann", out))).isEqualTo(1);
      });
    }
  }

  @Nested
  class OtherKindsOfStage {
    @Test
    void c09_aProducerConsumerEmitsBesideItsInput() {
      simulate((app, till, sold) -> {
        Stage.ProducerConsumer<String, String> pass = (events, from, out) -> out.emitAll(events);
        ProducerConsumerRef<String, String, Stage.ProducerConsumer<String, String>> gate =
            app.start(Stage.producerConsumer("gate", till, () -> pass));
        var visitor = app.start(Stage.consumer("visitor", gate, () -> (events, from) -> sold.addAll(events)));
        assertThat(gate.<Integer>callEmit((stage, out) -> {
          out.emit("guest");
          return 7;
        })).isEqualTo(7);
        till.callEmit((stage, out) -> stage.sell("Ann", out));
        till.stop();
        visitor.join();
        assertThat(sold).containsExactlyInAnyOrder("guest", "Ann 1");
      });
    }
  }

  @Nested
  class MisuseOfIt {
    @Test
    void c09_isNamed() {
      simulate((app, till, sold) -> {
        assertThatThrownBy(() -> till.callEmit(null)).isInstanceOf(NullPointerException.class)
            .hasMessage("function must not be null");
        assertThatThrownBy(() -> till.callEmit(null, (stage, out) -> 1)).isInstanceOf(NullPointerException.class)
            .hasMessage("timeout must not be null");
        assertThatThrownBy(() -> till.callEmit(Duration.ZERO, (stage, out) -> 1))
            .isInstanceOf(IllegalArgumentException.class).hasMessage("timeout must be above zero, but was PT0S");
      });
    }
  }

  @Nested
  class AStageThatIsHeldUp {
    @Test
    void c09_isGivenUpOnInTime() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        try (var app = Supervisor.open("fair")) {
          ProducerRef<String, Till> till = app.start(Stage.producer("till", Till::new));
          till.cast(stage -> simulated.advance(Duration.ofSeconds(5)));
          assertThatThrownBy(() -> till.callEmit(Duration.ofSeconds(1), (stage, out) -> stage.sell("Ann", out)))
              .isInstanceOf(TimeoutException.class).hasMessageContaining("stage fair/till has not answered in time");
          assertThat(till.<Integer>call(stage -> stage.tickets.value())).isZero();
        }
      });
    }
  }
}
