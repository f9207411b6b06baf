package stage.samples.first;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.MapState;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.observe.StageEvent;
import stage.api.supervision.Backoff;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * What somebody types who knows other libraries: it compiles, without a type witness and without a cast, and does what
 * it says.
 */
class FirstProgramsTest {
  @Test
  void n07_p1_helloOfTwoLambdas() throws Exception {
    List<Integer> printed = new ArrayList<>();
    try (var app = Supervisor.open("p1")) {
      var numbers = app.start(Stage.generator("numbers", Integer.class, () -> out -> {
        for (int i = 0; i < 10; i++) out.emit(i);
      }));
      app.start(Stage.consumer("printer", numbers, () -> (events, from) -> {
        for (int n : events) printed.add(n + 1);
      }));
      app.join();
    }
    assertThat(printed).containsExactlyElementsOf(IntStream.rangeClosed(1, 10).boxed().toList());
  }

  @Test
  void p2_wordCount(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("x.txt"), "to be\nor not\nto be\n");
    Map<String, Integer> counts = new TreeMap<>();
    try (var app = Supervisor.open("words")) {
      var lines = app.start(Stage.ofPath("lines", file));
      var words = app.start(Stage.producerConsumer("words", lines, String.class, () -> (events, from, out) -> {
        for (String line : events) out.emitAll(List.of(line.split(" ")));
      }));
      app.start(Stage.consumer("count", words, () -> (events, from) -> {
        for (String word : events) counts.merge(word, 1, Integer::sum);
      }));
      app.join();
    }
    assertThat(counts).hasToString("{be=2, not=1, or=1, to=2}");
  }

  record Order(String id, int amount) {}

  private static final class Writer implements Stage.Consumer<Order> {
    private final Consumer<Order> database;   // of java.util.function, although this implements Stage.Consumer

    Writer(Consumer<Order> database) {
      this.database = database;
    }

    @Override
    public void onEvents(List<Order> events, Inlet<Order> from) {
      events.forEach(database);
    }
  }

  @Test
  void n09_p3_aWriterThatGivesUp() throws Exception {
    Queue<Object> written = new ConcurrentLinkedQueue<>();
    Queue<Object> givenUp = new ConcurrentLinkedQueue<>();
    var spec = SupervisorSpec.of("db").withIntensity(Intensity.of(10, Duration.ofMinutes(1)))
        .withBackoff(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(5)));
    try (var app = Supervisor.open(spec)) {
      var orders = app.start(Stage.ofIterable("orders", List.of(new Order("a", 1), new Order("b", -2))));
      app.start(Stage.consumer("writer", () -> new Writer(order -> {
        if (order.amount() < 0) throw new IllegalArgumentException("a negative amount");
        written.add(order.id());
      }))
          .subscribeTo(orders, Demand.max(200).min(100))
          .withRedelivery(Redelivery.attempts(3))
          .withDeadLetters(letter -> givenUp.add(letter.event())));
      app.join();
    }
    assertThat(written).contains("a").doesNotContain("b");
    assertThat(givenUp).containsExactly(new Order("b", -2));
  }

  private static final class Ticks implements Stage.Producer<Integer> {
    private int next;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (int i = 0; i < demand && next < 6; i++) out.emit(next++);
      if (next == 6) out.complete();
    }
  }

  private static final class Log implements Stage.Consumer<Integer> {
    private final Queue<Integer> lines;

    Log(Queue<Integer> lines) {
      this.lines = lines;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      lines.addAll(events);
    }
  }

  @Test
  void p4_aBroadcastThatNobodyMisses() throws Exception {
    Queue<Integer> all = new ConcurrentLinkedQueue<>();
    Queue<Integer> even = new ConcurrentLinkedQueue<>();
    try (var app = Supervisor.open("p4")) {
      var ticks =
          app.start(Stage.producer("ticks", Ticks::new).withDispatcher(Dispatcher.broadcast()).awaitingConsumers(2));
      app.start(Stage.consumer("a", () -> new Log(all)).subscribeTo(ticks));
      app.start(Stage.consumer("b", () -> new Log(even)).subscribeTo(ticks, t -> t % 2 == 0));
      app.join(Duration.ofSeconds(10));
    }
    assertThat(all).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(even).containsExactly(0, 2, 4);
  }

  @Test
  void p4_theSameWithAnInit() throws Exception {
    Queue<Integer> all = new ConcurrentLinkedQueue<>();
    Queue<Integer> even = new ConcurrentLinkedQueue<>();
    try (var app = Supervisor.open("p4", scope -> {
      var ticks = scope.start(Stage.producer("ticks", Ticks::new).withDispatcher(Dispatcher.broadcast()));
      scope.start(Stage.consumer("a", ticks, () -> new Log(all)));
      scope.start(Stage.consumer("b", ticks.where(t -> t % 2 == 0), () -> new Log(even)));
    })) {
      app.join();
    }
    assertThat(all).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(even).containsExactly(0, 2, 4);
  }

  record Trade(String symbol, double price) {}

  private static final class Trades implements Stage.Producer<Trade> {
    @Override
    public void onDemand(long demand, Outlet<Trade> out) {
      out.emit(new Trade("X", 1));
      out.emit(new Trade("Y", 2));
      out.emit(new Trade("X", 3));
      out.complete();
    }
  }

  private static final class Sums implements Stage.Consumer<Trade> {
    private final Map<String, Double> result;
    private MapState<String, Double> sums;

    Sums(Map<String, Double> result) {
      this.result = result;
    }

    @Override
    public void onStart(StageContext context) {
      sums = context.mapState("sums");
    }

    @Override
    public void onEvents(List<Trade> events, Inlet<Trade> from) {
      for (Trade trade : events) sums.put(trade.symbol(), sums.getOrDefault(trade.symbol(), 0.0) + trade.price());
    }

    @Override
    public void onComplete() {
      result.putAll(sums.copy());
    }
  }

  @Test
  void p5_partitionsWithStatePerKey() throws Exception {
    Map<String, Double> result = Collections.synchronizedMap(new TreeMap<>());
    try (var app = Supervisor.open("p5")) {
      var trades =
          app.start(Stage.producer("trades", Trades::new).withDispatcher(Dispatcher.partition(4, Trade::symbol, 100)));
      for (int i = 0; i < 4; i++) app.start(Stage.consumer("sums-" + i, trades.partition(i), () -> new Sums(result)));
      app.join();
    }
    assertThat(result).hasToString("{X=4.0, Y=2.0}");
  }

  @Test
  void p6_eventsFromOutside() throws Exception {
    BlockingQueue<Integer> doubled = new LinkedBlockingQueue<>();
    try (var app = Supervisor.open("p6")) {
      var readings = app.start(Stage.source("readings", Integer.class).withOverflow(Overflow.dropOldest(100)));
      app.start(Stage.perEvent("handler", readings, 10, reading -> doubled.put(reading * 2)));
      for (int i = 0; i < 100; i++) readings.emit(i);
      readings.stop();
      app.join();
    }
    assertThat(doubled).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).map(i -> i * 2).boxed().toList());
  }

  private static final class Source implements Stage.Generator<String> {
    @Override
    public void generate(Outlet<String> out) throws Exception {
      out.emit("x");
      out.emit("y");
    }
  }

  @Test
  void p7_aTreeThatDecides() throws Exception {
    Queue<String> crashes = new ConcurrentLinkedQueue<>();
    Queue<String> got = new ConcurrentLinkedQueue<>();
    SupervisorSpec root = SupervisorSpec.of("shop")
        .withStrategy(Strategy.REST_FOR_ONE)
        .withIntensity(Intensity.of(5).in(Duration.ofSeconds(10)))
        .withListener(event -> {
          if (event instanceof StageEvent.Crashed crashed)
            crashes.add(crashed.path() + " " + crashed.cause().getMessage());
        });
    var decisive = SupervisorSpec.of("orders")
        .withDecisions(
            failure -> failure.cause() instanceof IllegalArgumentException ? Decision.RESUME : Decision.RESTART);
    try (Supervisor shop = Supervisor.open(root)) {
      Supervisor orders = shop.start(decisive, scope -> {
        var source = scope.start(Stage.generator("source", Source::new));
        scope.start(Stage.consumer("sink", source, () -> (events, from) -> {
          for (String event : events) {
            if (event.equals("x")) throw new IllegalArgumentException("no x");
            got.add(event);
          }
        }));
      });
      orders.join();
      assertThat(shop.snapshot().restarts()).isZero();
    }
    assertThat(got).containsExactly("y");
    assertThat(crashes).isNotEmpty().allMatch(crash -> crash.equals("shop/orders/sink no x"));
  }

  private static final class Counter implements Stage.Producer<Integer> {
    private int count;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long left = demand; left > 0 && count < 5; left--) out.emit(count++);
      if (count == 5) out.complete();
    }
  }

  @Test
  void p8_callStreamCollect() throws Exception {
    try (var app = Supervisor.open("p8")) {
      var counter = app.start(Stage.producer("counter", Counter::new));
      int before = counter.call(c -> c.count);
      List<Integer> all = counter.stream().toList();
      assertThat(before + " " + all).isEqualTo("0 [0, 1, 2, 3, 4]");

      var other = app.start(Stage.producer("other", Counter::new));
      Map<Boolean, List<Integer>> byParity =
          app.start(Stage.collect("parity", other, Collectors.partitioningBy(i -> i % 2 == 0))).result().join();
      assertThat(byParity).hasToString("{false=[1, 3], true=[0, 2, 4]}");
    }
  }
}
