package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Quiet;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.time.Latch;
import stage.runtime.simulation.SimulatedTime;

/**
 * The bridges in simulated runs, with crashes of the stages behind them: in whatever order things happen, each event
 * comes once and in order.
 */
@ExtendWith(Quiet.class)
class BridgeSimulationTest {
  private static final int SEEDS = Integer.getInteger("stage.sim.bridges", 1000);
  private static final int EVENTS = 12;

  private static final class Numbers implements Stage.Producer<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      int number = next.value();
      for (long i = 0; i < demand && number < EVENTS; i++) out.emit(number++);
      next.set(number);
      if (number == EVENTS) out.complete();
    }
  }

  private static Supervisor open() {
    return Supervisor.open(SupervisorSpec.of("bridges").withIntensity(Intensity.of(100_000)));
  }

  private static SimulatedRuntime runtime() {
    return SimulatedRuntime.withSeeds(0, SEEDS).with(CrashRule.crashing("numbers").every(2));
  }

  private static Collector<Integer, List<Integer>, List<Integer>> toList() {
    return Collector.of(ArrayList::new, List::add, (one, other) -> one);
  }

  @Test
  void outAndInAgain() {
    runtime().with(CrashRule.crashing("list").every(3)).run(simulated -> {
      var result = new CompletableFuture<List<Integer>>();
      try (Supervisor scope = open()) {
        var list = scope.start(Stage.<Integer, List<Integer>>collect("list", toList()).into(result)
            .withRedelivery(Redelivery.attempts(10_000)));
        var numbers = scope.start(Stage.producer("numbers", Numbers::new));
        numbers.subscribe(list.asSubscriber(Demand.max(3)));
        scope.join();
      }
      assertThat(result.getNow(Collections.emptyList())).isEqualTo(FlowTest.upTo(EVENTS));
    });
  }

  @Test
  void throughAStageOfAPublisherAndOneOfASubscriber() {
    runtime().with(CrashRule.crashing("list").every(3)).run(simulated -> {
      var result = new CompletableFuture<List<Integer>>();
      try (Supervisor scope = open()) {
        var list = scope.start(Stage.<Integer, List<Integer>>collect("list", toList()).into(result)
            .withRedelivery(Redelivery.attempts(10_000)));
        var numbers = scope.start(Stage.producer("numbers", Numbers::new));
        var again = scope.start(Stage.fromPublisher("again", numbers));
        scope.start(Stage.toSubscriber("out", list.asSubscriber(Demand.max(2))).subscribeTo(again, Demand.max(2)));
        scope.join();
      }
      assertThat(result.getNow(Collections.emptyList())).isEqualTo(FlowTest.upTo(EVENTS));
    });
  }

  @Test
  void throughStreams() {
    runtime().run(simulated -> {
      List<Integer> all = new ArrayList<>();
      try (Supervisor scope = open()) {
        var numbers = scope.start(Stage.producer("numbers", Numbers::new));
        all.addAll(numbers.stream(Demand.max(5)).limit(4).toList());
        all.addAll(numbers.stream(Demand.max(3)).toList());
      }
      assertThat(all).isEqualTo(FlowTest.upTo(EVENTS));
    });
  }

  /**
   * Sends what is requested at once, and goes on where it was, whoever subscribes; but from its second request it does
   * not return for long.
   */
  private static final class Stuck implements Flow.Publisher<Integer> {
    private final Latch letGo = SimulatedTime.ofThisThread().latch();
    private int next;
    private int requests;

    @Override
    public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
      subscriber.onSubscribe(new Flow.Subscription() {
        @Override
        public void request(long events) {
          if (++requests == 2) {
            awaitLetGo();
            return;
          }
          for (long i = 0; i < events && next < EVENTS; i++) subscriber.onNext(next++);
          if (next == EVENTS) subscriber.onComplete();
        }

        @Override
        public void cancel() {}
      });
    }

    private void awaitLetGo() {
      while (!letGo.isOpen()) {
        try {
          letGo.await();
        } catch (InterruptedException ignored) {
          // as some do
        }
      }
    }
  }

  @Test
  void whatHasComeOutlivesAPublisherThatDoesNotReturn() {
    SimulatedRuntime.withSeeds(0, SEEDS).run(simulated -> {
      List<Integer> all = new ArrayList<>();
      var publisher = new Stuck();
      try (Supervisor scope =
          Supervisor.open(SupervisorSpec.of("bridges").withGrace(Duration.ofSeconds(1)).withMaxAbandoned(1))) {
        var stuck = scope.start(Stage.fromPublisher("stuck", publisher));
        for (String name : List.of("one", "other")) {
          scope
              .start(Stage.consumer(name, stuck, () -> (events, from) -> all.addAll(events)).withDemand(Demand.max(2)));
        }
        simulated.advance(Duration.ofSeconds(1));
        stuck.kill();
        scope.join();
        publisher.letGo.open();
      }
      assertThat(all).containsExactlyInAnyOrderElementsOf(FlowTest.upTo(EVENTS));
    });
  }
}
