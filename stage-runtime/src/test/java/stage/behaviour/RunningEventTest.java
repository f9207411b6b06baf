package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.RunningEvent;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Running;
import stage.api.pipeline.Settling;
import stage.api.supervision.Supervisor;
import stage.runtime.supervision.ObservedScope;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** Handles to events that threads of their own are working on. */
class RunningEventTest {
  private static final Duration LONG = Duration.ofHours(1);

  private static void simulate(SimulatedRuntime.Body body) {
    SimulatedRuntime.withSeeds(1, 50).run(body);
  }

  private static <I> RunningEvent<I> runningOf(List<RunningEvent<I>> all, I event) {
    return all.stream().filter(each -> each.event().equals(event)).findFirst().orElseThrow();
  }

  @Nested
  class AStageThatHandlesEachEventInAThread {
    @Test
    void c09_tellsWhatIsRunning() {
      simulate(simulated -> {
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1, 2, 3)));
          var mailer = app.start(Stage.perEvent("mailer", letters, 2, letter -> simulated.advance(LONG)));
          simulated.await("two are being handled", () -> mailer.running().size() == 2);
          simulated.advance(Duration.ofMinutes(1));
          var running = mailer.running();
          assertThat(running).extracting(RunningEvent::event).containsExactly(1, 2);
          assertThat(running).extracting(RunningEvent::attempt).containsExactly(1, 1);
          assertThat(running.getFirst().age()).isBetween(Duration.ofMinutes(1), LONG);
          assertThat(running.getFirst())
              .hasToString("attempt 1 at 1, for " + running.getFirst().age().toMillis() + " ms");
          app.join();
          assertThat(mailer.running()).isEmpty();
        }
      });
    }

    @Test
    void c09_givesUpTheOneAndGoesOnWithTheOthers() {
      simulate(simulated -> {
        var dead = new ArrayList<DeadLetter>();
        var done = new ArrayList<Integer>();
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1, 2, 3, 4)));
          var mailer = app.start(Stage.perEvent("mailer", letters, 2, letter -> {
            if (letter == 2) simulated.advance(Duration.ofDays(1000));
            done.add(letter);
          }).withDeadLetters(dead::add));
          simulated.await("the second is stuck",
              () -> done.size() == 3 && mailer.running().stream().anyMatch(each -> each.event() == 2));
          runningOf(mailer.running(), 2).giveUp();
          assertThat(mailer.join()).isEqualTo(new StopReason.Completed());
          assertThat(done).containsExactlyInAnyOrder(1, 3, 4);
          simulated.await("its handler is told", () -> !dead.isEmpty());
          assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.event()).isEqualTo(2);
            assertThat(letter.cause()).isInstanceOf(InterruptedException.class);
            assertThat(letter.attempts()).isEqualTo(1);
          });
        }
      });
    }

    @Test
    void c09_dropsWhatIsGivenUpWithoutRedelivery() {
      simulate(simulated -> {
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1)));
          var mailer = app.start(Stage.perEvent("mailer", letters, 2,
              letter -> simulated.advance(Duration.ofDays(1000))).withRedelivery(Redelivery.none()));
          simulated.await("it is being handled", () -> mailer.running().size() == 1);
          mailer.running().getFirst().giveUp();
          mailer.join();
          assertThat(mailer.snapshot().inputs()).allSatisfy(edge -> assertThat(edge.dropped()).isEqualTo(1));
        }
      });
    }

    @Test
    void c09_countsAsHandledWhatReturnsAllTheSame() {
      simulate(simulated -> {
        var dead = new ArrayList<DeadLetter>();
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1)));
          var mailer = app.start(Stage.perEvent("mailer", letters, 2,
              letter -> ignoringInterrupts(simulated)).withDeadLetters(dead::add));
          simulated.await("it is being handled", () -> mailer.running().size() == 1);
          mailer.running().getFirst().giveUp();
          mailer.join();
          assertThat(dead).isEmpty();
        }
      });
    }

    private static void ignoringInterrupts(Simulated simulated) {
      try {
        simulated.advance(Duration.ofDays(1));
      } catch (InterruptedException e) {
        // it has handled its event, and says so by returning
      }
    }

    @Test
    void c09_doesNotTryAgainWhatIsGivenUpBetweenTwoAttempts() {
      simulate(simulated -> {
        var dead = new ArrayList<DeadLetter>();
        var attempts = new ArrayList<RunningEvent<Integer>>();
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1)));
          var mailer = app.start(Stage.perEvent("mailer", letters, 2, letter -> {
            simulated.advance(Duration.ofMillis(1));
            throw new IllegalStateException("no stamp");
          }).withDeadLetters(dead::add).withRedelivery(Redelivery.attempts(1000)));
          simulated.await("it is being handled", () -> mailer.running().size() == 1);
          for (int steps = simulated.choose(20); steps > 0; steps--) simulated.pass();
          attempts.addAll(mailer.running());
          for (int steps = simulated.choose(20); steps > 0; steps--) simulated.pass();
          assertThat(attempts).hasSizeLessThanOrEqualTo(1);
          if (attempts.isEmpty()) mailer.stop();
          else attempts.getFirst().giveUp();
          mailer.join();
          if (!attempts.isEmpty()) simulated.await("its handler is told", () -> dead.size() == 1);
        }
      });
    }

    @Test
    void c09_leavesAloneWhatIsFinished() {
      simulate(simulated -> {
        var done = new ArrayList<Integer>();
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1, 2)));
          var mailer = app.start(Stage.perEvent("mailer", letters, 1, letter -> {
            simulated.advance(Duration.ofSeconds(1));
            done.add(letter);
          }));
          simulated.await("the first is being handled", () -> mailer.running().size() == 1);
          var first = mailer.running().getFirst();
          simulated.await("the second is being handled",
              () -> mailer.running().stream().anyMatch(each -> each.event() == 2));
          first.giveUp();
          mailer.join();
          assertThat(done).containsExactly(1, 2);
        }
      });
    }
  }

  @Nested
  class AStageThatMapsEachEventInAThread {
    @Test
    void c09_emitsTheResultsOfTheOthersInOrder() {
      simulate(simulated -> {
        var results = new ArrayList<Integer>();
        try (var app = Supervisor.open("map")) {
          var numbers = app.start(Stage.ofIterable("numbers", List.of(1, 2, 3)));
          var halves = app.start(Stage.mapConcurrent("halves", numbers, 3, number -> {
            if (number == 2) simulated.advance(Duration.ofDays(1000));
            return number * 10;
          }).withDeadLetters(letter -> {}));
          var sink = app.start(Stage.consumer("sink", halves, () -> (events, from) -> results.addAll(events)));
          simulated.await("the second is being worked on",
              () -> halves.running().stream().anyMatch(each -> each.event() == 2));
          runningOf(halves.running(), 2).giveUp();
          sink.join();
          assertThat(results).containsExactly(10, 30);
        }
      });
    }
  }

  @Nested
  class AStageThatHandlesEventsItself {
    @Test
    void c09_hasNone() {
      simulate(simulated -> {
        try (var app = Supervisor.open("mail")) {
          var letters = app.start(Stage.ofIterable("letters", List.of(1)));
          var mailer = app.start(Stage.consumer("mailer", letters, () -> (events, from) -> {}));
          assertThat(mailer.running()).isEmpty();
          mailer.join();
        }
      });
    }
  }

  @Nested
  class AJobOfDeliveries {
    private static final class Orders implements DeliverySource<String> {
      private int next;

      @Override
      public void receive(long demand, Outlet<Delivery<String>> out) {
        for (long i = 0; i < demand; i++) out.emit(new Delivery<>("order-" + next, next++));
      }

      @Override
      public void settle(List<Delivery<String>> acked, List<Nacked<String>> nacked) {}
    }

    @Test
    void c09_showsTheElementAndNotWhatCarriesIt() {
      simulate(simulated -> {
        try (var app = Supervisor.open("shop")) {
          Running<?> job = Pipeline.deliveries(new Orders(), Settling.inFlight(3)).mapConcurrent(2, order -> {
            simulated.advance(LONG);
            return order;
          }).forEach(order -> {}).start(app, "orders");
          var fetching = (ConsumerRef<?, ?>) ObservedScope.of(app).stage(idOf(app, "mapConcurrent")).orElseThrow();
          simulated.await("one is being handled", () -> !fetching.running().isEmpty());

          assertThat(fetching.running().getFirst().toString()).startsWith("attempt 1 at order-0, for ").endsWith(" ms");
          assertThat(fetching.running().getFirst().event()).isEqualTo("order-0");
          assertThat(job.toString()).startsWith("job of stage shop/orders/").contains("/mapConcurrent (RUNNING), ");
          app.drain(Duration.ZERO);
        }
      });
    }

    private static long idOf(Supervisor app, String name) {
      return app.tree().stages().stream().filter(stage -> stage.path().endsWith(name)).findFirst().orElseThrow().id();
    }
  }
}
