package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.Bound;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * What is made of several elements and crashes its stage comes again, as one element does; if it crashes the stage
 * every time, it is given up by itself, and with no more restarts than one element takes.
 */
class CrashingResultsTest {
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();
  private static final Duration LONG = Duration.ofHours(1);
  private static final int[] DEMANDS = {1, 4, 1000};

  /** Results that a step behind them crashes on. */
  private record Case(String name, Pipeline<?> results) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Pipeline<Integer> timed() {
    return Pipeline.from(TEN).eventTime(Instant::ofEpochSecond, Duration.ZERO);
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("an element", Pipeline.from(TEN)),
        new Case("a batch", Pipeline.from(TEN).batch(3)),
        new Case("a batch of a flatMap", Pipeline.from(TEN).flatMap(n -> List.of(n, n)).batch(3)),
        new Case("a batch of batches", Pipeline.from(TEN).batch(2).batch(2)),
        new Case("one of many that a batch became", Pipeline.from(TEN).batch(3).flatMap(list -> list).batch(2)),
        new Case("a batch of pairs", Pipeline.from(TEN).zip(Pipeline.from(TEN), List::of).batch(2)),
        new Case("the last of a batch", Pipeline.from(TEN).batch(2).scan(0, (last, list) -> list.getLast())),
        new Case("a batch of some time", Pipeline.from(TEN).batchWithin(3, LONG)),
        new Case("a heavy batch", Pipeline.from(TEN).batchWeighted(5, n -> n, LONG)),
        new Case("a batch of a key", Pipeline.from(TEN).keyBy(n -> n % 2).batchWithin(2, LONG, Bound.rows(10))
            .map(KeyValue::value)),
        new Case("a count window", Pipeline.from(TEN).window(Windows.count(3)).toList(Bound.rows(100))
            .map(Pane::value)),
        new Case("a pair", Pipeline.from(TEN).zip(Pipeline.from(TEN), (l, r) -> l + ":" + r)),
        new Case("an element of several inputs", Pipeline.mergeSorted(Integer::compare, Pipeline.from(TEN),
            Pipeline.of(20))),
        new Case("an early pane", timed().window(Windows.tumbling(Duration.ofMinutes(1))).early(3).sum(n -> n)
            .map(pane -> pane.kind() + " " + pane.value())),
        new Case("a pane", timed().window(Windows.tumbling(Duration.ofSeconds(3))).sum(n -> n).map(Pane::value)),
        new Case("a batch of panes", timed().window(Windows.tumbling(Duration.ofSeconds(1))).sum(n -> n)
            .map(Pane::value).batch(3)));
  }

  /** Crashes its stage on what is bad, by an exception or an error. */
  private static <T> Pipeline<T> crashing(Pipeline<T> all, boolean isError, Predicate<T> isBad) {
    return all.map(each -> {
      if (!isBad.test(each)) return each;
      if (isError) throw new StackOverflowError("bad: " + each);
      throw new IllegalArgumentException("bad: " + each);
    }).onFailure(OnFailure.crash());
  }

  private static <T> List<T> allOf(Pipeline<T> results) throws InterruptedException {
    return results.toList().run();
  }

  @SuppressWarnings("unchecked")   // of whatever type its results are
  private static Pipeline<Object> results(Case of) {
    return (Pipeline<Object>) of.results();
  }

  /** The first, the second or the last. */
  private static Object oneOf(List<Object> all, int which) {
    return switch (which % 3) {
      case 0 -> all.getFirst();
      case 1 -> all.get(1);
      default -> all.getLast();
    };
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comeAgainAfterACrash(Case of) throws Exception {
    List<Object> expected = allOf(results(of));
    for (int i = 0; i < 2 * DEMANDS.length; i++) {
      Demand demand = Demand.max(DEMANDS[i / 2]);
      boolean isError = i % 2 == 0;
      Object bad = oneOf(expected, i);
      SimulatedRuntime.withSeeds(i, 1).run(simulated -> {
        var isOver = new AtomicBoolean();
        assertThat(crashing(results(of), isError, each -> each.equals(bad) && isOver.compareAndSet(false, true))
            .toList().withDemand(demand).run()).as("%s %s", bad, demand)
            .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(isOver).isTrue();
      });
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areGivenUpByThemselvesIfTheyCrashEveryTime(Case of) throws Exception {
    List<Object> expected = allOf(results(of));
    for (int i = 0; i < 2 * DEMANDS.length; i++) {
      Demand demand = Demand.max(DEMANDS[i / 2]);
      boolean isError = i % 2 == 0;
      Object bad = oneOf(expected, i);
      List<Object> others = new ArrayList<>(expected);
      others.remove(bad);
      SimulatedRuntime.withSeeds(i, 1).run(simulated -> {
        List<Object> seen = new ArrayList<>();
        List<Object> tried = new ArrayList<>();
        Report report = crashing(results(of), isError, each -> each.equals(bad) && tried.add(each))
            .async().forEach(seen::add).withDemand(demand).run();
        assertThat(seen).as("%s %s", bad, demand).containsExactlyInAnyOrderElementsOf(others);
        assertThat(tried).hasSize(3);
        assertThat(report.deadLettered()).isOne();
        assertThat(report.runs()).allMatch(Report.Run::isBalanced);
      });
    }
  }

  /** Each takes restarts, and together more than the stage has by default. */
  @Test
  void areGivenUpOneAfterTheOther() {
    for (boolean isError : new boolean[] {false, true}) {
      for (int demand : DEMANDS) {
        SimulatedRuntime.withSeeds(demand, 3).run(simulated -> {
          List<List<Integer>> seen = new ArrayList<>();
          Report report = crashing(Pipeline.from(TEN).batch(2), isError, list -> list.contains(1) || list.contains(2)
              || list.contains(7)).async().forEach(seen::add).withDemand(Demand.max(demand))
              .withIntensity(Intensity.of(9, LONG)).run();
          assertThat(seen).containsExactly(List.of(4, 5), List.of(8, 9));
          assertThat(report.deadLettered()).isEqualTo(3);
        });
      }
    }
  }

  @Test
  void areNotTriedAgainIfNothingIsDeliveredAgain() {
    for (boolean isError : new boolean[] {false, true}) {
      SimulatedRuntime.withSeeds(1, 3).run(simulated -> {
        List<List<Integer>> seen = new ArrayList<>();
        List<Object> tried = new ArrayList<>();
        Report report = crashing(Pipeline.from(TEN).batch(2), isError, list -> list.contains(2) && tried.add(list))
            .async().forEach(seen::add).withDemand(Demand.max(1)).withRedelivery(Redelivery.none()).run();
        assertThat(seen).doesNotContain(List.of(2, 3)).contains(List.of(6, 7));
        assertThat(tried).hasSize(1);
        assertThat(report.dropped()).isPositive();
        assertThat(report.deadLettered()).isZero();
      });
    }
  }

  @Test
  void nackAllOfTheirDeliveriesWhenTheyAreGivenUp() {
    for (boolean isError : new boolean[] {false, true}) {
      for (int demand : DEMANDS) {
        SimulatedRuntime.withSeeds(demand, 3).run(simulated -> {
          var mail = new TestMail<>(false, IntStream.rangeClosed(1, 8).boxed().toList());
          List<List<Integer>> seen = new ArrayList<>();
          crashing(Pipeline.deliveries(mail, Settling.inFlight(8)).batch(3), isError, list -> list.contains(2))
              .forEach(seen::add).withDemand(Demand.max(demand)).run();
          assertThat(seen).containsExactly(List.of(4, 5, 6), List.of(7, 8));
          assertThat(mail.acked()).containsExactlyInAnyOrder(4, 5, 6, 7, 8);
          assertThat(mail.nacked()).containsExactlyInAnyOrder(1, 2, 3);
        });
      }
    }
  }

  @Test
  void areThePairThatAFunctionCrashesOnAndNotAnElementOfIt() {
    for (int demand : DEMANDS) {
      SimulatedRuntime.withSeeds(demand, 3).run(simulated -> {
        List<String> seen = new ArrayList<>();
        Report report = Pipeline.from(TEN).zip(Pipeline.from(TEN), (l, r) -> {
          if (l == 4) throw new IllegalArgumentException("four");
          return l + ":" + r;
        }).onFailure(OnFailure.crash()).async().forEach(seen::add).withDemand(Demand.max(demand)).run();
        assertThat(seen).isEqualTo(TEN.stream().filter(n -> n != 4).map(n -> n + ":" + n).toList());
        assertThat(report.deadLettered()).isOne();
      });
    }
  }

  /** Of an element that an earlier turn has taken. */
  @Test
  void areTheRestOfWhatAFlatMapMakes() {
    for (boolean isError : new boolean[] {false, true}) {
      SimulatedRuntime.withSeeds(1, 2).run(simulated -> {
        List<Integer> seen = new ArrayList<>();
        Report report = crashing(Pipeline.of(1, 2, 3).flatMap(n -> n == 2 ? IntStream.range(0, 2_000).boxed().toList()
            : List.of(-n)), isError, n -> n == 1_500).async().forEach(seen::add).run();
        assertThat(seen).contains(-1, -3, 0, 1_000).doesNotContain(1_500);
        assertThat(report.deadLettered()).isOne();
      });
    }
  }
}
