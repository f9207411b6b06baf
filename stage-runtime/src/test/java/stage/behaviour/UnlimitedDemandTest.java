package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.DispatchRule;
import stage.api.Inlet;
import stage.api.Overflow;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** A consumer has asked for {@link Long#MAX_VALUE} events. */
class UnlimitedDemandTest {
  private static final int EVENTS = 100;

  private record AsksForAll(List<Integer> got) implements Stage.Consumer<Integer> {
    @Override
    public void onSubscribe(Inlet<Integer> to) {
      to.request(Long.MAX_VALUE);
      to.request(Long.MAX_VALUE);   // adds up to no more
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      got.addAll(events);
    }
  }

  private static Dispatcher<Integer> dispatch(String name) {
    return switch (name) {
      case "demand" -> Dispatcher.demand();
    case "shared" -> Dispatcher
        .shared((events, subscriptions, shares) -> shares[0] = (int) Math.min(events, subscriptions.demand(0)));
      case "broadcast" -> Dispatcher.broadcast();
      default -> Dispatcher.partition(List.of("all"), event -> "all");
    };
  }

  @ParameterizedTest(name = "{0} by {1}, emitted {2}")
  @CsvSource({
      "BLOCK, demand, outside", "FAIL, demand, outside", "DROP_NEWEST, demand, outside", "DROP_OLDEST, demand, outside",
      "FAIL, shared, outside", "FAIL, broadcast, outside", "FAIL, partition, outside",
      "DROP_NEWEST, partition, outside",
      "BLOCK, demand, inside", "FAIL, demand, inside", "DROP_NEWEST, broadcast, inside",
      "DROP_OLDEST, partition, inside", "FAIL, shared, inside"})
  void p13_refusesAndDropsNothing(Overflow.Kind kind, String dispatch, String where) {
    for (int capacity : new int[] {kind == Overflow.Kind.DROP_OLDEST ? 1 : 0, 10, Integer.MAX_VALUE}) {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<Integer> got = new ArrayList<>();
        try (var app = Supervisor.open("unlimited")) {
          var producer = app.start(Stage.producer("producer", () -> (Stage.Producer<Integer>) (demand, out) -> {})
              .withDispatcher(dispatch(dispatch)).withOverflow(new Overflow(kind, capacity)));
          SubscriptionSpec<Integer> to = SubscriptionSpec.to(producer).withDemand(Demand.manual());
          app.start(Stage.consumer("sink", () -> new AsksForAll(got))
              .subscribeTo(dispatch.equals("partition") ? to.withPartition("all") : to));
          app.join(Duration.ofMillis(1));
          if (where.equals("outside")) for (int i = 0; i < EVENTS; i++) producer.emit(i);
          else producer.castEmit((stage, out) -> {
            for (int i = 0; i < EVENTS; i++) out.emit(i);
          });
          app.join(Duration.ofSeconds(1));
          assertThat(got).hasSize(EVENTS);
          assertThat(producer.snapshot().eventsDropped()).isZero();
        }
      });
    }
  }

  @Test
  void p13_aRuleThatWantsNothingMakesNoRoomByAnOverflow() {
    DispatchRule rule = new DispatchRule() {
      @Override
      public void share(int events, Subscriptions subscriptions, int[] shares) {
        shares[0] = (int) Math.min(events, subscriptions.demand(0));
      }

      @Override
      public long demand(Subscriptions subscriptions) {
        return 0;
      }
    };
    SimulatedRuntime.withSeed(1).run(simulated -> {
      var asked = new ArrayList<Long>();
      try (var app = Supervisor.open("nothing")) {
        var producer = app.start(Stage.producer("producer", () -> (Stage.Producer<Integer>) (demand, out) -> {
          asked.add(demand);
          out.emit(1);
        }).withDispatcher(Dispatcher.shared(rule)).withOverflow(Overflow.fail().withCapacity(5)));
        app.start(
            Stage.consumer("sink", () -> new AsksForAll(new ArrayList<>())).subscribeTo(producer, Demand.manual()));
        app.join(Duration.ofSeconds(1));
        producer.stop();
        assertThat(asked).isEmpty();
      }
    });
  }
}
