package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static stage.runtime.testkit.CrashRule.crashing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerSpec;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Once;
import stage.behaviour.support.ManualConsumer;
import stage.behaviour.support.WithDemands;
import stage.runtime.testkit.SimulatedRuntime;

/** What one turn emits may be much more than is wanted, and what is left of it may be made by and by. */
class ContinuedOutputTest extends CrashTest {
  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  private static <S extends Stage.ProducerConsumer<Integer, Integer>> ProducerConsumerSpec<Integer, Integer, S> stage(
      String name, stage.api.StageFactory<S> factory) {
    return Stage.producerConsumer(name, factory);
  }

  private Collector<Integer> collectorOf(stage.api.ProducerRef<Integer, ?> producer, Demand demand) {
    var collector = new Collector<Integer>();
    start(Stage.consumer("collector", producer, () -> collector).withDemand(demand));
    return collector;
  }

  @Nested
  class OfOneTurn {
    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void b11_ofAnEventThatBecomesManyArrivesAsItIsWanted(int demand) throws Exception {
      var numbers = start(Stage.producer("numbers", () -> new Numbers(3)));
      Stage.ProducerConsumer<Integer, Integer> expanding = (events, from, out) -> {
        for (int event : events) for (int i = 0; i < 70_000; i++) out.emit(event * 70_000 + i);
      };
      var expand = start(stage("expand", () -> expanding).subscribeTo(numbers, Demand.max(1)));
      Collector<Integer> collector = collectorOf(expand, Demand.max(demand));
      scope().join();
      assertThat(collector.events).isEqualTo(upTo(210_000));
      assertThat(log.take()).isEmpty();
    }

    @Test
    void b11_ofOnCompleteArrivesThoughItIsMore() throws Exception {
      var numbers = start(Stage.producer("numbers", () -> new Numbers(70_000)));
      var table = start(stage("table", AtTheEnd::new).subscribeTo(numbers));
      Collector<Integer> collector = collectorOf(table, Demand.DEFAULT);
      scope().join();
      assertThat(collector.events).isEqualTo(upTo(70_000));
      assertThat(log.take()).isEmpty();
    }

    @Test
    void b11_ofOnCompleteArrivesOnEachPartitionAndAtEachConsumerOfABroadcast() throws Exception {
      var numbers = start(Stage.producer("numbers", () -> new Numbers(70_000)));
      var table = start(stage("table", AtTheEnd::new).withDispatcher(Dispatcher.broadcast()).subscribeTo(numbers));
      Stage.ProducerConsumer<Integer, Integer> same = (events, from, out) -> out.emitAll(events);
      var parts = start(stage("parts", () -> same).withDispatcher(Dispatcher.partition(2, event -> event))
          .subscribeTo(table, Demand.max(3)));
      Collector<Integer> all = collectorOf(table, Demand.max(7));
      List<Collector<Integer>> each = List.of(new Collector<>(), new Collector<>());
      for (int i = 0; i < 2; i++) {
        Collector<Integer> collector = each.get(i);
        start(Stage.consumer("part" + i, SubscriptionSpec.to(parts).withPartition(i), () -> collector));
      }
      scope().join();
      assertThat(all.events).isEqualTo(upTo(70_000));
      var both = new ArrayList<>(each.get(0).events);
      both.addAll(each.get(1).events);
      Collections.sort(both);
      assertThat(both).isEqualTo(upTo(70_000));
    }

    @Test
    void isDeliveredBeforeTheNextBatchIsTaken() throws Exception {
      var batches = new LinkedBlockingQueue<List<Integer>>();
      var numbers = start(Stage.producer("numbers", () -> new Numbers()));
      Stage.ProducerConsumer<Integer, Integer> tenfold = (events, from, out) -> {
        batches.add(events);
        for (int event : events) out.emitAll(Collections.nCopies(10, event));
      };
      var expand = start(stage("expand", () -> tenfold).subscribeTo(numbers, Demand.max(1)));
      var consumer = start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(1, 0))
          .subscribeTo(SubscriptionSpec.<Integer>to(expand).withDemand(Demand.manual())));
      Await.numbers(scope(), expand, ref -> ref.snapshot().backlog() == 9);
      consumer.cast(stage -> stage.inlet.request(9));
      Await.numbers(scope(), expand, ref -> ref.snapshot().backlog() == 0);
      assertThat(batches).containsExactly(List.of(0));
      consumer.cast(stage -> stage.inlet.request(1));
      assertThat(Await.next(2, batches)).containsExactly(List.of(0), List.of(1));
      consumer.cast(stage -> stage.inlet.request(Long.MAX_VALUE));
    }
  }

  /** Keeps all it gets and emits it in the end, at once. */
  private static final class AtTheEnd implements Stage.ProducerConsumer<Integer, Integer> {
    private State<Integer> kept;

    @Override
    public void onStart(StageContext context) {
      kept = context.state(0);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      kept.set(kept.value() + events.size());
    }

    @Override
    public void onComplete(Outlet<Integer> out) {
      out.emitAll(upTo(kept.value()));
    }
  }

  /** Emits each of its events several times, and in the end a table of rows, row by row. */
  private static final class ByAndBy implements Stage.ProducerConsumer<Integer, Integer> {
    private static final int TIMES = 5;
    private static final int NOTHING = -1;

    private final int rows;
    private final List<String> told;
    private State<Integer> event;   // which is being repeated
    private State<Integer> left;    // how often still
    private State<Integer> row;     // the next row; NOTHING before the end

    ByAndBy(int rows, List<String> told) {
      this.rows = rows;
      this.told = told;
    }

    @Override
    public void onStart(StageContext context) {
      event = context.state("event", 0);
      left = context.state("left", 0);
      row = context.state("row", NOTHING);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      if (hasMore()) throw new IllegalStateException("input was taken while there is output left");
      event.set(events.getFirst());
      left.set(TIMES);
    }

    @Override
    public void onComplete(Outlet<Integer> out) {
      if (hasMore()) throw new IllegalStateException("completed while there is output left");
      told.add("complete");
      row.set(0);
    }

    @Override
    public boolean hasMore() {
      return left.value() > 0 || row.value() != NOTHING && row.value() < rows;
    }

    @Override
    public void onMore(Outlet<Integer> out) {
      if (out.demand() == 0) throw new IllegalStateException("nothing is wanted");
      for (long i = out.demand(); i > 0 && left.value() > 0; i--) {
        out.emit(event.value());
        left.set(left.value() - 1);
      }
      for (long i = out.demand(); i > 0 && row.value() != NOTHING && row.value() < rows; i--) {
        out.emit(1000 + row.value());
        row.set(row.value() + 1);
      }
    }

    static List<Integer> expected(int events, int rows) {
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < events; i++) all.addAll(Collections.nCopies(TIMES, i));
      for (int i = 0; i < rows; i++) all.add(1000 + i);
      return all;
    }
  }

  @Nested
  class OverSeveralTurns {
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @WithDemands
    void comesInOrderBeforeNewInputAndBeforeTheEnd(int max, int min) throws Exception {
      var numbers = start(Stage.producer("numbers", () -> new Numbers(20)));
      var table = start(stage("table", () -> new ByAndBy(30, told)).subscribeTo(numbers, Demand.max(1)));
      Collector<Integer> collector = collectorOf(table, Demand.max(max).min(min));
      scope().join();
      assertThat(collector.events).isEqualTo(ByAndBy.expected(20, 30));
      assertThat(told).containsExactly("complete");
      assertThat(table.snapshot().eventsUndelivered()).isZero();
    }

    @Test
    void isDroppedWithTheStageWhenThatIsStopped() throws Exception {
      var numbers = start(Stage.producer("numbers", () -> new Numbers(20)));
      var table = start(stage("table", () -> new ByAndBy(30, told)).subscribeTo(numbers, Demand.max(1)));
      start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(2, 0))
          .subscribeTo(SubscriptionSpec.<Integer>to(table).withDemand(Demand.manual())));
      Await.numbers(scope(), table, ref -> ref.snapshot().eventsEmitted() == 2);
      table.stop();
      assertThat(Await.end(table)).isInstanceOf(StopReason.Stopped.class);
    }

    @Test
    void doesNotHoldUpADrainIfNobodyIsThereToHaveIt() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("drained")) {
          var numbers = app.start(Stage.producer("numbers", () -> new Numbers(1)));
          var table = app.start(stage("table", () -> new ByAndBy(30, told)).subscribeTo(numbers, Demand.max(1)));
          var consumer = app.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(1, 0))
              .subscribeTo(SubscriptionSpec.<Integer>to(table).withDemand(Demand.manual())));
          simulated.advance(Duration.ofMillis(1));
          assertThat(table.snapshot().eventsEmitted()).isEqualTo(1);
          consumer.stop();
          consumer.join();
          Duration before = simulated.elapsed();
          app.stop();
          app.join();
          assertThat(simulated.elapsed().minus(before)).as("the limit is 5 s").isLessThan(Duration.ofSeconds(1));
        }
      });
    }

    @Test
    void goesOnInTheNextIncarnationWhereItWas() throws Exception {
      var crash = new Once(3, new IllegalArgumentException("no"));
      var numbers = start(Stage.producer("numbers", () -> new Numbers(3)));
      var table = start(stage("table", () -> new ByAndBy(30, told)).subscribeTo(numbers, Demand.max(1)));
      table.pause();
      Collector<Integer> collector = collectorOf(table, Demand.max(2));
      for (int i = 0; i < 3; i++) table.cast(stage -> crash.crash());
      table.resume();
      scope().join();
      assertThat(collector.events).isEqualTo(ByAndBy.expected(3, 30));
      assertThat(told).containsExactly("complete");
      log.take();
    }
  }

  @Nested
  class UnderCrashes {
    private static List<Integer> run(int demand) throws InterruptedException {
      List<Integer> events = new ArrayList<>();
      try (Supervisor scope = Supervisor.open(SupervisorSpec.of("test").withIntensity(Intensity.of(10_000)))) {
        var numbers = scope.start(Stage.producer("numbers", () -> new Numbers(4)));
        var table = scope.start(stage("table", () -> new ByAndBy(9, new ArrayList<>()))
            .withRedelivery(Redelivery.attempts(1000)).subscribeTo(numbers, Demand.max(2).min(1)));
        Stage.Consumer<Integer> adding = (batch, from) -> events.addAll(batch);
        scope.start(Stage.consumer("probe", table, () -> adding).withRedelivery(Redelivery.attempts(1000))
            .withDemand(Demand.max(demand)));
        scope.join();
      }
      return events;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1000})
    void nothingIsDoubledOrLost(int demand) {
      for (int every = 2; every <= 4; every++) {
        SimulatedRuntime.withSeeds(1, 25).with(crashing("table").every(every))
            .run(simulated -> assertThat(run(demand)).isEqualTo(ByAndBy.expected(4, 9)));
      }
      log.take();
    }
  }
}
