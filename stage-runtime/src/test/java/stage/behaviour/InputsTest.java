package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stage.runtime.testkit.CrashRule.crashing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.CancelPolicy;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Numbers;
import stage.runtime.testkit.ProducerProbe;
import stage.runtime.testkit.SimulatedRuntime;

/** Several inputs: which of them a stage is given events of, and what it learns of their ends. */
class InputsTest extends CrashTest {
  private static Supervisor scope(String name) {
    return Supervisor.open(SupervisorSpec.of(name).withIntensity(Intensity.of(10_000)));
  }

  /**
   * Merges ascending inputs into one. Whatever has events that are not to be emitted yet is closed, so it never holds
   * more than a batch of each.
   */
  private static final class Merge implements Stage.ProducerConsumer<Integer, Integer> {
    private final List<String> problems;
    private final int most;
    private final Map<Long, Inlet<Integer>> inlets = new HashMap<>();
    private State<Map<Long, List<Integer>>> held;   // of each input that has not ended

    Merge(List<String> problems, int most) {
      this.problems = problems;
      this.most = most;
    }

    @Override
    public void onStart(StageContext context) {
      held = context.state("held", Map.of());
    }

    @Override
    public void onSubscribe(Inlet<Integer> to) {
      inlets.put(to.id(), to);
      if (!held.value().containsKey(to.id())) set(to, List.of());
      else if (!held.value().get(to.id()).isEmpty()) to.pause();
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      List<Integer> all = new ArrayList<>(held.value().get(from.id()));
      if (!all.isEmpty()) problems.add("a paused input was given events");
      all.addAll(events);
      if (all.size() > most) problems.add(all.size() + " events are held");
      set(from, all);
      emit(out);
    }

    @Override
    public void onInputEnd(Inlet<Integer> from, Outlet<Integer> out) {
      if (!held.value().get(from.id()).isEmpty()) {   // they are still to be emitted; nothing more comes
        emit(out);
      }
      Map<Long, List<Integer>> rest = new HashMap<>(held.value());
      List<Integer> left = rest.remove(from.id());
      if (!left.isEmpty()) rest.put(-from.id(), left);
      held.set(Map.copyOf(rest));
      emit(out);
    }

    private void set(Inlet<Integer> of, List<Integer> events) {
      Map<Long, List<Integer>> all = new HashMap<>(held.value());
      all.put(of.id(), List.copyOf(events));
      held.set(Map.copyOf(all));
    }

    private void emit(Outlet<Integer> out) {
      Map<Long, List<Integer>> all = new HashMap<>(held.value());
      while (!all.isEmpty() && all.values().stream().noneMatch(List::isEmpty)) {
        long least =
            Collections.min(all.entrySet(), Map.Entry.comparingByValue((a, b) -> a.getFirst() - b.getFirst())).getKey();
        List<Integer> of = all.get(least);
        out.emit(of.getFirst());
        if (of.size() == 1 && least < 0) all.remove(least);
        else all.put(least, of.subList(1, of.size()));
      }
      all.forEach((id, events) -> {
        Inlet<Integer> inlet = inlets.get(id);
        if (inlet == null) return;
        if (events.isEmpty()) inlet.resume();
        else inlet.pause();
      });
      all.replaceAll((id, events) -> List.copyOf(events));
      held.set(Map.copyOf(all));
    }
  }

  private static List<Integer> merge(int demand, int first, int second, List<String> problems)
      throws InterruptedException {
    List<Integer> merged = new ArrayList<>();
    try (Supervisor scope = scope("test")) {
      var even = scope.start(Stage.producer("even", () -> new Numbers(first)));
      var odd = scope.start(Stage.producer("odd", () -> new Numbers(second)));
      var merge = scope.start(
          Stage.producerConsumer("merge", () -> new Merge(problems, demand)).withRedelivery(Redelivery.attempts(1000))
          .subscribeTo(even, Demand.max(demand)).subscribeTo(odd, Demand.max(demand)));
      Stage.Consumer<Integer> adding = (events, from) -> merged.addAll(events);
      scope.start(Stage.consumer("sink", merge, () -> adding).withDemand(Demand.max(3)));
      scope.join();
    }
    return merged;
  }

  private static List<Integer> expected(int first, int second) {
    return IntStream.concat(IntStream.range(0, first), IntStream.range(0, second)).sorted().boxed().toList();
  }

  @Nested
  class Paused {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void n05_anOrderedMergeHoldsNoMoreThanABatchOfEach(int demand) {
      SimulatedRuntime.withSeeds(1, 30).with(crashing("merge").every(4)).run(simulated -> {
        List<String> problems = new ArrayList<>();
        assertThat(merge(demand, 25, 40, problems)).isEqualTo(expected(25, 40));
        assertThat(problems).isEmpty();
      });
      log.take();
    }

    @Test
    void asksForNothingBeyondWhatItHasAskedFor() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        List<Integer> got = new ArrayList<>();
        List<Inlet<Integer>> inlets = new ArrayList<>();
        try (Supervisor scope = scope("test")) {
          var numbers = scope.start(Stage.producer("numbers", () -> new Numbers()));
          Stage.Consumer<Integer> closing = new Stage.Consumer<>() {
            @Override
            public void onEvents(List<Integer> events, Inlet<Integer> from) {
              got.addAll(events);
              inlets.add(from);
              from.pause();
              assertThat(from.isPaused()).isTrue();
            }
          };
          var sink = scope.start(Stage.consumer("sink", numbers, () -> closing).withDemand(Demand.max(4).min(2)));
          simulated.advance(Duration.ofSeconds(1));
          int before = got.size();
          assertThat(before).isBetween(1, 4);
          var ledger = sink.snapshot().inputs().getFirst();
          assertThat(ledger.requested()).as("%s", ledger).isEqualTo(4);
          assertThat(ledger.sent()).as("%s", ledger).isEqualTo(4);
          sink.cast(stage -> inlets.getFirst().resume());
          simulated.advance(Duration.ofSeconds(1));
          assertThat(got.size()).isGreaterThan(before);
          numbers.stop();
          for (int i = 0; i < 10 && sink.isAlive(); i++) {
            if (!sink.isAlive()) break;
            sink.cast(stage -> inlets.getFirst().resume());
            simulated.advance(Duration.ofSeconds(1));
          }
          scope.join();
        }
        assertThat(got).isEqualTo(IntStream.range(0, got.size()).boxed().toList());
      });
    }

    @Test
    void isUndoneWithItsTurn() throws Exception {
      var got = new LinkedBlockingQueue<Integer>();
      var numbers = start(Stage.producer("numbers", () -> new Numbers(6)));
      var crash = new stage.behaviour.support.Once(new IllegalArgumentException("the turn fails"));
      Stage.Consumer<Integer> closing = (events, from) -> {
        from.pause();
        crash.crash();
        from.resume();
        got.addAll(events);
      };
      start(Stage.consumer("sink", numbers, () -> closing).withDemand(Demand.max(2)));
      scope().join();
      assertThat(got).containsExactly(0, 1, 2, 3, 4, 5);
      log.take();
    }

    private static Stage.Consumer<Integer> closing(LinkedBlockingQueue<Integer> got) {
      return (events, from) -> {
        got.addAll(events);
        from.pause();
      };
    }

    @Test
    void isResumedInANewIncarnation() throws Exception {
      var got = new LinkedBlockingQueue<Integer>();
      var numbers = start(Stage.producer("numbers", () -> new Numbers(10)));
      var sink = start(Stage.consumer("sink", numbers, () -> closing(got)).withDemand(Demand.max(2).min(1)));
      Await.numbers(scope(), sink, ref -> {
        if (got.size() < 10) sink.replace(() -> closing(got));
        return got.size() == 10;
      });
      sink.stop();
      scope().join();
      assertThat(got).containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
    }

    @Test
    void stillLearnsInTimeThatItsProducerHasFailed() throws Exception {
      theScopeMayFail();
      open(Intensity.none());
      Stage.Producer<Integer> failing = (demand, out) -> out.emitAll(List.of(1, 2, 3));
      ProducerRef<Integer, Stage.Producer<Integer>> producer =
          start(Stage.producer("failing", Integer.class, () -> failing));
      Stage.Consumer<Integer> closing = (events, from) -> from.pause();
      var sink = start(Stage.consumer("sink", producer, () -> closing).withDemand(Demand.max(2).min(1)));
      Await.numbers(scope(), sink, ref -> ref.snapshot().inputs().getFirst().handled() > 0);
      producer.cast(stage -> {
        throw new IllegalStateException("it fails");
      });
      Await.end(sink);
      log.take();
    }
  }

  @Nested
  class ThatHaveEnded {
    @Test
    void n04_areToldOfOneByOneAndBeforeTheEndOfAll() throws Exception {
      List<String> told = Collections.synchronizedList(new ArrayList<>());
      var first = start(Stage.producer("first", () -> new Numbers(2)));
      var second = start(Stage.producer("second", () -> new Numbers(3)));
      second.pause();
      Stage.Consumer<Integer> noting = new Stage.Consumer<>() {
        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          for (int event : events) told.add(from.producer() + " " + event);
        }

        @Override
        public void onInputEnd(Inlet<Integer> from) {
          told.add(from.producer() + " is over");
        }

        @Override
        public void onComplete() {
          told.add("complete");
        }
      };
      var sink = start(Stage.consumer("sink", Integer.class, () -> noting).subscribeTo(first).subscribeTo(second));
      Await.numbers(scope(), sink, ref -> told.size() == 3);
      assertThat(told).containsExactly("test/first 0", "test/first 1", "test/first is over");
      second.resume();
      scope().join();
      assertThat(told.subList(3, told.size())).containsExactly("test/second 0", "test/second 1", "test/second 2",
          "test/second is over", "complete");
    }

    @Test
    void areToldOfToTheNextIncarnationIfThatWasNoGoodTurn() throws Exception {
      List<String> told = Collections.synchronizedList(new ArrayList<>());
      var crash = new stage.behaviour.support.Once(new IllegalArgumentException("no"));
      var numbers = start(Stage.producer("numbers", () -> new Numbers(2)));
      Stage.ProducerConsumer<Integer, Integer> emitting = new Stage.ProducerConsumer<>() {
        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
          out.emitAll(events);
        }

        @Override
        public void onInputEnd(Inlet<Integer> from, Outlet<Integer> out) {
          out.emit(77);
          told.add("told");
          crash.crash();
        }
      };
      var relay = start(Stage.producerConsumer("relay", numbers, Integer.class, () -> emitting));
      var collector = new Collector<Integer>();
      start(Stage.consumer("collector", relay, () -> collector));
      scope().join();
      assertThat(told).containsExactly("told", "told");
      assertThat(collector.events).containsExactly(0, 1, 77);
      log.take();
    }

    @Test
    void areToldOfThoughTheyHaveFailedIfTheStageGoesOn() throws Exception {
      theScopeMayFail();
      open(Intensity.none());
      var told = new LinkedBlockingQueue<String>();
      Stage.Producer<Integer> failing = (demand, out) -> {
        throw new IllegalStateException("it fails");
      };
      var producer = start(Stage.producer("failing", Integer.class, () -> failing));
      Stage.Consumer<Integer> noting = new Stage.Consumer<>() {
        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          told.add("events");
        }

        @Override
        public void onInputEnd(Inlet<Integer> from) {
          told.add("over");
        }
      };
      start(
          Stage.consumer("sink", SubscriptionSpec.to(producer).withCancelPolicy(CancelPolicy.TEMPORARY), () -> noting));
      assertThat(Await.next(told)).isEqualTo("over");
      log.take();
    }
  }

  /** Emits lists of up to four, or of what has come within 100 ms. */
  private static final class Group implements Stage.ProducerConsumer<Integer, List<Integer>> {
    private StageContext context;
    private State<List<Integer>> waiting;
    private Outlet<List<Integer>> out;
    private boolean isArmed;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      out = context.outlet();
      waiting = context.state("waiting", List.of());
      if (!waiting.value().isEmpty()) arm();
    }

    private void arm() {
      isArmed = true;
      context.after(Duration.ofMillis(100), this::flush);
    }

    private void flush(Outlet<List<Integer>> to) {
      isArmed = false;
      if (!waiting.value().isEmpty()) to.emit(waiting.value());
      waiting.set(List.of());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<List<Integer>> to) {
      if (to != out) throw new IllegalStateException("not the outlet that there was in onStart");
      for (int event : events) {
        var more = new ArrayList<>(waiting.value());
        more.add(event);
        waiting.set(List.copyOf(more));
        if (more.size() == 4) flush(to);
        else if (!isArmed) arm();
      }
    }

    @Override
    public void onComplete(Outlet<List<Integer>> to) {
      flush(to);
    }
  }

  @Nested
  class WithTimers {
    @Test
    void b18_n03_whatANewIncarnationHasLeftIsEmittedThoughNoEventComes() {
      SimulatedRuntime.withSeeds(1, 60).with(crashing("group").every(3)).run(simulated -> {
        List<List<Integer>> got = new ArrayList<>();
        try (Supervisor scope = scope("test")) {
          var source = ProducerProbe.<Integer>start(scope, "source");
          var group = scope
              .start(Stage.producerConsumer("group", source.ref(), Group::new).withRedelivery(Redelivery.attempts(50))
              .withDemand(Demand.max(3)));
          Stage.Consumer<List<Integer>> adding = (events, from) -> got.addAll(events);
          scope.start(Stage.consumer("sink", group, () -> adding).withDemand(Demand.max(1)));
          for (int i = 1; i <= 10; i++) source.sendNext(i);
          simulated.advance(Duration.ofSeconds(2));
          assertThat(got.stream().mapToInt(List::size).sum()).as("after two seconds, of %s", got).isEqualTo(10);
          source.complete();
          scope.join();
        }
        assertThat(got.stream().flatMap(List::stream).toList())
            .isEqualTo(IntStream.rangeClosed(1, 10).boxed().toList());
        assertThat(got).allMatch(list -> !list.isEmpty() && list.size() <= 4);
      });
      log.take();
    }

    @Test
    void everyPeriodSomethingMayBeEmitted() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        List<String> got = new ArrayList<>();
        try (Supervisor scope = scope("test")) {
          var ticks = scope.start(Stage.producer("ticks", String.class, () -> new Stage.Producer<>() {
            @Override
            public void onStart(StageContext context) {
              context.every(Duration.ofSeconds(1), (Outlet<String> out) -> out.emit("tick"));
            }

            @Override
            public void onDemand(long demand, Outlet<String> out) {
              // only the timer emits
            }
          }));
          Stage.Consumer<String> adding = (events, from) -> got.addAll(events);
          scope.start(Stage.consumer("sink", ticks, () -> adding));
          simulated.advance(Duration.ofMillis(3_500));
          ticks.stop();
          scope.join();
        }
        assertThat(got).containsExactly("tick", "tick", "tick");
      });
    }

    @Test
    void thereIsNoOutletInOnStartForWhatMayNotEmit() throws Exception {
      List<Throwable> thrown = new ArrayList<>();
      var numbers = start(Stage.producer("numbers", () -> new Stage.Producer<Integer>() {
        @Override
        public void onStart(StageContext context) {
          Outlet<Integer> out = context.outlet();
          try {
            out.emit(1);
          } catch (IllegalStateException refused) {
            thrown.add(refused);
          }
        }

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {
          out.complete();
        }
      }));
      start(Stage.consumer("sink", numbers, () -> new Stage.Consumer<Integer>() {
        @Override
        public void onStart(StageContext context) {
          assertThatThrownBy(context::outlet).isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("stage test/sink has no outlet");
          assertThatThrownBy(() -> context.after(Duration.ZERO, (Outlet<Integer> out) -> out.emit(1)))
              .isInstanceOf(IllegalStateException.class);
          thrown.add(null);
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          // none come
        }
      }));
      scope().join();
      assertThat(thrown).hasSize(2);
      assertThat(thrown.getFirst())
          .hasMessageContaining("no turn of this incarnation of stage test/numbers is running");
    }
  }

  @Nested
  class OfPartitionsByNumber {
    @Test
    void eachGetsItsOwnAndWhatHasNoneIsADeadLetter() throws Exception {
      var letters = new LinkedBlockingQueue<Object>();
      var numbers = start(Stage.producer("numbers", () -> new Numbers(12))
          .withDeadLetters(letter -> letters.add(letter.event() + ": " + letter.cause().getMessage()))
          .withDispatcher(Dispatcher.partitionByIndex(2,
              (Integer event) -> event % 3 == 2 ? Dispatcher.IndexFunction.NOBODY : event == 9 ? 5 : event % 3)));
      List<Collector<Integer>> all = List.of(new Collector<>(), new Collector<>());
      for (int i = 0; i < 2; i++) {
        Collector<Integer> collector = all.get(i);
        start(Stage.consumer("c" + i, SubscriptionSpec.to(numbers).withPartition(i), () -> collector));
      }
      scope().join();
      assertThat(all.get(0).events).containsExactly(0, 3, 6);
      assertThat(all.get(1).events).containsExactly(1, 4, 7, 10);
      assertThat(Await.next(letters)).isEqualTo(
          "9: the partition function of test/numbers returned 5; there are 0 to 1; return"
              + " Dispatcher.IndexFunction.NOBODY to skip an event");
    }
  }
}
