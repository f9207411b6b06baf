package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.SubscriptionSpec;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Settling;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Numbers;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** What takes long and returns is slow, and only what does not return is stuck. In simulated time. */
class SlowOrStuckTest {
  private static final int LOOKS = Integer.getInteger("stage.explains", 60);   // of each
  private static final Demand FEW = Demand.max(4);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What runs. */
  private interface Job {
    void start(Supervisor shop, Simulated simulated);
  }

  private static ProducerRef<Integer, ?> numbers(Supervisor shop) {
    return shop.start(Stage.producer("numbers", Numbers::new));
  }

  private static Job sinkThatTakes(long... millis) {
    return (shop, simulated) -> {
      var batches = new AtomicInteger();
      shop.start(Stage.consumer("sink", numbers(shop), () -> (events, from) ->
          simulated.advance(Duration.ofMillis(millis[batches.getAndIncrement() % millis.length]))).withDemand(FEW));
    };
  }

  private static Job severalOf(Dispatcher<Integer> dispatcher, List<String> partitions) {
    return (shop, simulated) -> {
      var numbers = shop.start(Stage.producer("numbers", Numbers::new).withDispatcher(dispatcher));
      for (String name : List.of("fast", "slow")) {
        var to = SubscriptionSpec.<Integer>to(numbers).withDemand(FEW);
        var at = partitions.isEmpty() ? to : to.withPartition(name);
        shop.start(Stage.consumer(name, at, () -> (events, from) ->
            simulated.advance(Duration.ofMillis(name.equals("slow") ? 900 : 1))));
      }
    };
  }

  /** Emits three now and then. */
  private static final class Now implements Stage.Producer<Integer> {
    private int due;

    @Override
    public void onStart(StageContext context) {
      context.every(Duration.ofSeconds(5), () -> {
        due = 3;
        context.wakeUp();
      });
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long left = demand; due > 0 && left > 0; left--, due--) out.emit(due);
    }
  }

  /** Asks for a few events once a second. */
  private static final class ByHand implements Stage.Consumer<Integer> {
    private Inlet<Integer> from;

    @Override
    public void onStart(StageContext context) {
      context.every(SECOND, () -> from.request(5));
    }

    @Override
    public void onSubscribe(Inlet<Integer> to) {
      from = to;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> inlet) {}
  }

  private static final class Endless implements DeliverySource<Integer> {
    private int next;

    @Override
    public void receive(long demand, Outlet<Delivery<Integer>> out) {
      for (long i = 0; i < demand; i++) out.emit(new Delivery<>(next, next++));
    }

    @Override
    public void settle(List<Delivery<Integer>> acked, List<Nacked<Integer>> nacked) {}
  }

  private static Pipeline<Integer> endless() {
    return Pipeline.generate(out -> {
      for (int i = 0; ; i++) out.emit(i);
    });
  }

  private static Job job(Job job) {
    return job;
  }

  static Stream<Arguments> slow() {
    return Stream.of(
        Arguments.of("a sink of 300 ms", sinkThatTakes(300)),
        Arguments.of("a sink of 700 ms", sinkThatTakes(700)),
        Arguments.of("a sink of two seconds", sinkThatTakes(2_000)),
        Arguments.of("a sink that is long once in a while", sinkThatTakes(2, 2, 2, 2, 2, 2, 2, 2, 2, 1_500)),
        Arguments.of("a sink that takes longer and longer", sinkThatTakes(1_000, 1_900, 3_500, 6_500, 12_000, 23_000)),
        Arguments.of("one of a broadcast", severalOf(Dispatcher.broadcast(), List.of())),
        Arguments.of("one of two that share", severalOf(Dispatcher.demand(), List.of())),
        Arguments.of("one partition", severalOf(
            Dispatcher.partition(List.of("fast", "slow"), n -> n % 2 == 0 ? "fast" : "slow"), List.of("slow"))),
        Arguments.of("a source with a timer", job((shop, simulated) -> shop.start(
            Stage.consumer("sink", shop.start(Stage.producer("now", Now::new)), () -> (events, from) -> {})))),
        Arguments.of("a source that is idle", job((shop, simulated) -> shop.start(
            Stage.consumer("sink", shop.start(Stage.source("inbox", Integer.class)), () -> (events, from) -> {})))),
        Arguments.of("a consumer that asks each second", job((shop, simulated) ->
            shop.start(Stage.consumer("by-hand", numbers(shop), ByHand::new).withDemand(Demand.manual())))),
        Arguments.of("calls of 1.5 seconds, four at a time", job((shop, simulated) ->
            shop.start(Stage.perEvent("fetch", numbers(shop), 4, n -> simulated.advance(Duration.ofMillis(1_500)))))),
        Arguments.of("a batch of many slow elements", job((shop, simulated) ->
            endless().forEach(n -> simulated.advance(Duration.ofMillis(120))).start(shop, "job"))),
        Arguments.of("a throttle of one in ten seconds", job((shop, simulated) ->
            endless().throttle(1, Duration.ofSeconds(10)).forEach(n -> {}).start(shop, "job"))),
        Arguments.of("batches that end with their time", job((shop, simulated) ->
            endless().throttle(5, SECOND).batchWithin(100, SECOND.multipliedBy(4)).forEach(n -> {})
                .start(shop, "job"))),
        Arguments.of("deliveries", job((shop, simulated) ->
            Pipeline.deliveries(new Endless(), Settling.inFlight(4))
                .forEach(n -> simulated.advance(Duration.ofMillis(700))).start(shop, "job"))),
        Arguments.of("deliveries for batches that end with their time", job((shop, simulated) ->
            Pipeline.deliveries(new Endless(), Settling.inFlight(4)).batchWithin(100, SECOND.multipliedBy(5))
                .forEach(n -> {}).start(shop, "job"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("slow")
  void x25_nobodyIsAccused(String kind, Job job) {
    SimulatedRuntime.withSeed(25).run(simulated -> {
      try (Supervisor shop = Supervisor.open("shop")) {
        job.start(shop, simulated);
        for (int i = 0; i < LOOKS; i++) assertThat(shop.explain()).as("look %s", i).matches(Explanation::isFlowing);
        shop.drain(Duration.ZERO);
      }
    });
  }

  private static Explanation explainStall(Job job, Duration after) {
    var explained = new Explanation[1];
    SimulatedRuntime.withSeed(25).run(simulated -> {
      try (Supervisor shop = Supervisor.open("shop")) {
        job.start(shop, simulated);
        simulated.advance(after);
        explained[0] = shop.explain();
        shop.drain(Duration.ZERO);
      }
    });
    return explained[0];
  }

  private static void assertStuck(Explanation explanation, String culprit) {
    assertThat(explanation.findings()).singleElement().satisfies(found -> {
      assertThat(found.isStuck()).as("%s", found).isTrue();
      assertThat(found).isInstanceOfSatisfying(Finding.RootCause.class,
          cause -> assertThat(cause.culprit()).isEqualTo(culprit));
    });
  }

  @Test
  void x48_aCallbackThatDoesNotReturnIsStuckAtTheFirstLook() {
    assertStuck(explainStall(sinkThatTakes(86_400_000), Duration.ofMillis(100)), "shop/sink");
    assertStuck(explainStall(sinkThatTakes(86_400_000), Duration.ofHours(1)), "shop/sink");
  }

  @Test
  void x48_anOutageIsForgottenAndDoesNotHideTheNext() {
    Job job = (shop, simulated) -> {
      var batches = new AtomicInteger();
      shop.start(Stage.consumer("sink", numbers(shop), () -> (events, from) -> {
        int batch = batches.incrementAndGet();
        if (batch == 3) simulated.advance(Duration.ofMinutes(10));
        else simulated.advance(batch < 200 ? Duration.ofMillis(5) : Duration.ofDays(1));
      }).withDemand(FEW));
    };
    assertStuck(explainStall(job, Duration.ofMinutes(11)), "shop/sink");
  }

  @Test
  void x48_whatHasAlwaysTakenSoLongIsTheBottleneck() {
    Explanation explanation = explainStall(sinkThatTakes(60_000), Duration.ofSeconds(90));
    assertThat(explanation.findings().getFirst()).isInstanceOfSatisfying(Finding.Bottleneck.class, found -> {
      assertThat(found.stage()).isEqualTo("shop/sink");
      assertThat(found.capacity()).isPositive().isLessThan(1);
    });
  }
}
