package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.pipeline.Bound;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * What is made of several elements fails as what it is, and by itself: the element that completed it is through, and
 * those that come next are as they would be.
 */
class FailingResultsTest {
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();
  private static final Duration LONG = Duration.ofHours(1);

  private final List<Object> dead = new ArrayList<>();

  /** Lets pass what does not fail. */
  private <T> Pipeline<T> failing(Pipeline<T> all, Predicate<T> isBad) {
    return all.map(each -> {
      if (isBad.test(each)) throw new IllegalArgumentException("bad: " + each);
      return each;
    }).onFailure(OnFailure.deadLetter(letter -> dead.add(letter.event())));
  }

  private <T> List<T> good(Pipeline<T> all, Predicate<T> isBad) throws InterruptedException {
    return failing(all, isBad).toList().run();
  }

  @Nested
  class AList {
    @Test
    void isGivenUpAsAWhole() throws Exception {
      assertThat(good(Pipeline.from(TEN).batch(3), list -> list.contains(1)))
          .containsExactly(List.of(3, 4, 5), List.of(6, 7, 8), List.of(9));
      assertThat(dead).containsExactly(List.of(0, 1, 2));
    }

    @Test
    void ofSomeTimeToo() throws Exception {
      assertThat(good(Pipeline.from(TEN).batchWithin(5, LONG), list -> list.contains(7)))
          .containsExactly(List.of(0, 1, 2, 3, 4));
      assertThat(dead).containsExactly(List.of(5, 6, 7, 8, 9));
    }

    @Test
    void isNotTheHeavyElementThatEndedIt() throws Exception {
      assertThat(good(Pipeline.from(TEN).batchWeighted(5, n -> n, LONG), list -> list.contains(1)))
          .containsExactly(List.of(3), List.of(4), List.of(5), List.of(6), List.of(7), List.of(8), List.of(9));
      assertThat(dead).containsExactly(List.of(0, 1, 2));
    }

    @Test
    void ofAKeyLeavesOtherKeysAlone() throws Exception {
      assertThat(good(Pipeline.from(TEN).keyBy(n -> n % 2).batchWithin(2, LONG, Bound.rows(10)).map(KeyValue::value),
          list -> list.contains(1)))
          .containsExactlyInAnyOrder(List.of(0, 2), List.of(4, 6), List.of(8), List.of(5, 7), List.of(9));
      assertThat(dead).hasSize(1);
    }

    @Test
    void inACountWindowToo() throws Exception {
      assertThat(good(Pipeline.from(TEN).window(Windows.count(3)).toList(Bound.rows(100)).map(Pane::value),
          list -> list.contains(1))).containsExactly(List.of(3, 4, 5), List.of(6, 7, 8), List.of(9));
      assertThat(dead).hasSize(1);
    }

    @Test
    void behindWindowsToo() throws Exception {
      assertThat(good(Pipeline.from(TEN).eventTime(Instant::ofEpochSecond, Duration.ZERO)
          .window(Windows.tumbling(Duration.ofSeconds(1))).sum(n -> n).map(Pane::value).batch(2),
          list -> list.contains(4L)))
          .containsExactly(List.of(0L, 1L), List.of(2L, 3L), List.of(6L, 7L), List.of(8L, 9L));
      assertThat(dead).containsExactly(List.of(4L, 5L));
    }

    @Test
    void isTriedAgainAndEachElementComesOnce() throws Exception {
      List<List<Integer>> tries = new ArrayList<>();
      Report report = Pipeline.from(TEN).batch(4).forEach(list -> {
        tries.add(list);
        if (tries.size() == 2) throw new IllegalStateException("the second try");
      }).run();
      assertThat(tries).containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7), List.of(4, 5, 6, 7), List.of(8, 9));
      assertThat(report.retried()).isOne();
      assertThat(report.deadLettered()).isZero();
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    }

    @Test
    void mayBeRecovered() throws Exception {
      assertThat(Pipeline.from(TEN).batch(5).map(List::copyOf).map(list -> {
        if (list.contains(7)) throw new IllegalStateException("seven");
        return list;
      }).recover(failed -> List.of(-1)).toList().run()).containsExactly(List.of(0, 1, 2, 3, 4), List.of(-1));
    }

    @Test
    void mayTakeTooLong() throws Exception {
      assertThat(Pipeline.from(TEN).batch(5).map(list -> {
        if (list.contains(1)) new java.util.concurrent.CountDownLatch(1).await();
        return list;
      }).timeout(Duration.ofMillis(300)).onFailure(OnFailure.deadLetter(letter -> dead.add(letter.event())))
          .toList().run()).containsExactly(List.of(5, 6, 7, 8, 9));
      assertThat(dead).containsExactly(List.of(0, 1, 2, 3, 4));
    }

    @Test
    void nacksAllOfItsDeliveries() {
      for (int demand : new int[] {1, 10, 1000}) {
        SimulatedRuntime.withSeeds(demand, 5).run(simulated -> {
          var mail = new TestMail<>(false, IntStream.rangeClosed(1, 8).boxed().toList());
          List<List<Integer>> seen = new ArrayList<>();
          failing(Pipeline.deliveries(mail, Settling.inFlight(8)).batch(3), list -> list.contains(2))
              .forEach(seen::add).withDemand(Demand.max(demand)).run();
          assertThat(seen).containsExactly(List.of(4, 5, 6), List.of(7, 8));
          assertThat(mail.acked()).containsExactlyInAnyOrder(4, 5, 6, 7, 8);
          assertThat(mail.nacked()).containsExactlyInAnyOrder(1, 2, 3);
        });
      }
    }

    /** Wherever its stage crashes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void isNeitherLostNorThereTwice(int demand) {
      SimulatedRuntime.withSeeds(demand, 15).with(CrashRule.anywhere(0.03)).run(simulated ->
          assertThat(failing(Pipeline.from(TEN).flatMap(n -> List.of(n, n + 100, n + 200)).batchWeighted(4,
              n -> 1 + n % 2, LONG), list -> list.contains(103)).batch(2).flatMap(lists -> lists)
              .flatMap(list -> list).async().toList()
              .withDemand(Demand.max(demand)).withIntensity(stage.api.supervision.Intensity.of(10_000, LONG))
              .withRedelivery(stage.api.Redelivery.attempts(1_000)).run())
              .doesNotHaveDuplicates().hasSizeBetween(26, 28).doesNotContain(103));
    }
  }

  /** Lists wait for the end of the element that they are made of, but not all of a long one. */
  @Nested
  class OfOneElementThatBecomesMany {
    private static final int MANY = 50_000;

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();   // that were made and have not gone on

    private Iterable<Integer> counted(int n) {
      return () -> IntStream.range(0, MANY).map(i -> {
        made.incrementAndGet();
        return i;
      }).iterator();
    }

    private void sunk(List<Integer> list) {
      most.accumulateAndGet(made.get() - list.getFirst(), Math::max);
    }

    private void isBounded(Pipeline<List<Integer>> lists, int size) throws InterruptedException {
      Report report = lists.forEach(this::sunk).run();
      assertThat(report.out()).isEqualTo((MANY + size - 1) / size);
      assertThat(most.get()).isLessThan(size + 3_500);
      most.set(0);
      made.set(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 9_000})
    void isBoundedInMemory(int size) throws Exception {
      Pipeline<Integer> one = Pipeline.of(1);
      isBounded(one.flatMap(this::counted).batch(size), size);
      isBounded(one.<Integer>mapMulti((n, out) -> counted(n).forEach(out::accept)).batch(size), size);
      isBounded(one.<Integer>mapMulti((n, out) -> counted(n).forEach(out::accept)).flatMap(List::of).batch(size), size);
      isBounded(one.flatMap(List::of).flatMap(this::counted).batch(size), size);
      isBounded(one.async().flatMap(this::counted).keyBy(n -> 1).batchWithin(size, LONG, Bound.rows(1))
          .map(KeyValue::value), size);
    }

    @Test
    void failsWithoutIt() throws Exception {
      Report report = failing(Pipeline.of(1, 2, 3).<Integer>mapMulti((n, out) -> {
        for (int i = 0; i < (n == 2 ? 3_000 : 3); i++) out.accept(n);
      }).batch(4), list -> list.contains(2) && !list.contains(1)).forEach(list -> {}).run();
      assertThat(dead).hasSize(750).contains(List.of(2, 2, 2, 2), List.of(2, 2, 2, 3)).doesNotContain(2);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    }
  }

  @Nested
  class APair {
    @Test
    void isGivenUpAndTheNextArePartnersAsBefore() throws Exception {
      assertThat(good(Pipeline.from(TEN).zip(Pipeline.from(TEN), (l, r) -> l + ":" + r), pair -> pair.equals("4:4")))
          .isEqualTo(TEN.stream().filter(n -> n != 4).map(n -> n + ":" + n).toList());
      assertThat(dead).containsExactly("4:4");
    }

    @Test
    void thatCannotBeMadeToo() throws Exception {
      for (int demand : new int[] {1, 1000}) {
        Report report = Pipeline.from(TEN).zip(Pipeline.from(TEN), (l, r) -> {
          if (l == 4) throw new IllegalArgumentException("four");
          return l + ":" + r;
        }).onFailure(OnFailure.skip()).forEach(pair -> dead.add(pair)).withDemand(Demand.max(demand)).run();
        assertThat(dead).isEqualTo(TEN.stream().filter(n -> n != 4).map(n -> n + ":" + n).toList());
        assertThat(report.dropped()).isOne();
        assertThat(report.runs()).allMatch(Report.Run::isBalanced);
        dead.clear();
      }
    }
  }

  @Nested
  class AnElement {
    @Test
    void thatWasMergedInOrderIsTheOneThatFails() throws Exception {
      assertThat(good(Pipeline.mergeSorted(Comparator.naturalOrder(), Pipeline.from(TEN), Pipeline.of(2, 3, 20)),
          n -> n == 4)).containsExactly(0, 1, 2, 2, 3, 3, 5, 6, 7, 8, 9, 20);
      assertThat(dead).containsExactly(4);
    }
  }

  @Nested
  class AnEarlyPane {
    @Test
    void costsNoElementOfTheFinalOne() throws Exception {
      assertThat(good(Pipeline.from(TEN).eventTime(Instant::ofEpochSecond, Duration.ZERO)
          .window(Windows.tumbling(Duration.ofMinutes(1))).early(3).sum(n -> n).map(pane -> pane.kind() + " "
              + pane.value()), pane -> pane.equals("EARLY 3"))).containsExactly("EARLY 15", "EARLY 36", "FINAL 45");
    }
  }
}
