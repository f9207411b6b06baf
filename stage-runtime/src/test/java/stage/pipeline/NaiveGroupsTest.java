package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Pipeline;
import stage.runtime.testkit.SimulatedRuntime;

/** Groups, folds and orders are those of a plain loop over the same elements. */
class NaiveGroupsTest {
  private static final Duration LONG = Duration.ofHours(1);

  private static List<Integer> numbers(int seed, int count, int below) {
    return new Random(seed).ints(count, 0, below).boxed().toList();
  }

  private static <T> T with(int demand, Job<T> job) throws InterruptedException {
    return job.withDemand(Demand.max(demand)).run();
  }

  private static List<List<Integer>> weighted(List<Integer> numbers, int most) {
    List<List<Integer>> lists = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    for (int n : numbers) {
      int weight = open.stream().mapToInt(each -> each).sum();
      if (!open.isEmpty() && weight + n > most) {
        lists.add(open);
        open = new ArrayList<>();
      }
      open.add(n);
      if (open.stream().mapToInt(each -> each).sum() >= most) {
        lists.add(open);
        open = new ArrayList<>();
      }
    }
    if (!open.isEmpty()) lists.add(open);
    return lists;
  }

  @Nested
  class Batches {
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 3", "1000, 7", "2, 1000"})
    void areOfOneSize(int demand, int n) throws Exception {
      List<Integer> numbers = numbers(n, 100, 50);
      List<List<Integer>> expected = new ArrayList<>();
      for (int i = 0; i < 100; i += n) expected.add(numbers.subList(i, Math.min(i + n, 100)));
      assertThat(with(demand, Pipeline.from(numbers).batch(n).toList())).isEqualTo(expected);
      assertThat(with(demand, Pipeline.from(numbers).batchWithin(n, LONG).toList())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 16", "10, 1", "1000, 100", "3, 49"})
    void keepToAWeight(int demand, int most) throws Exception {
      for (int seed = 0; seed < 5; seed++) {
        List<Integer> numbers = numbers(seed, 80, 50);
        assertThat(with(demand, Pipeline.from(numbers).batchWeighted(most, n -> n, LONG).toList()))
            .isEqualTo(weighted(numbers, most));
      }
    }

    /** Broadway's: none above the budget but a single heavy one. */
    @Test
    void ofBroadwaysWeights() throws Exception {
      assertThat(Pipeline.of(40, 1, 13, 3).batchWeighted(16, n -> n, LONG).toList().run())
          .containsExactly(List.of(40), List.of(1, 13), List.of(3));
    }

    /** Broadway's: the first of each key are {1, 3} and {2, 4}. */
    @Test
    void ofBroadwaysKeys() throws Exception {
      for (int demand : new int[] {1, 10, 1000}) {
        var lists = with(demand, Pipeline.from(IntStream.rangeClosed(1, 10).boxed().toList()).keyBy(n -> n % 2)
            .batchWithin(2, LONG, Bound.rows(10)).map(KeyValue::value).toList());
        assertThat(lists).startsWith(List.of(1, 3), List.of(2, 4)).hasSize(6);
        assertThat(lists).contains(List.of(5, 7), List.of(6, 8), List.of(9), List.of(10));
      }
    }

    /** Broadway's: what is of one key stays in order, on one worker. */
    @Test
    void ofBroadwaysPartitions() throws Exception {
      Map<Integer, List<Integer>> seen = Pipeline.from(IntStream.rangeClosed(1, 8).boxed().toList()).keyBy(n -> n % 2)
          .workers(2).perWorker(part -> part.map(n -> n)).toList().run().stream()
          .collect(Collectors.groupingBy(n -> n % 2));
      assertThat(seen).isEqualTo(Map.of(1, List.of(1, 3, 5, 7), 0, List.of(2, 4, 6, 8)));
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 1", "10, 3, 2", "1000, 5, 4"})
    void ofEachKey(int demand, int n, int workers) throws Exception {
      List<Integer> numbers = numbers(n, 120, 30);
      Map<Integer, List<Integer>> byKey = new TreeMap<>();
      for (int each : numbers) byKey.computeIfAbsent(each % 7, key -> new ArrayList<>()).add(each);
      List<String> expected = new ArrayList<>();
      byKey.forEach((key, all) -> {
        for (int i = 0; i < all.size(); i += n) expected.add(key + "=" + all.subList(i, Math.min(i + n, all.size())));
      });
      assertThat(with(demand, Pipeline.from(numbers).keyBy(each -> each % 7).workers(workers)
          .batchWithin(n, LONG, Bound.rows(100)).map(batch -> batch.key() + "=" + batch.value()).toList()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Nested
  class Folds {
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void ofEachKeyShowEachOfTheirValues(int demand) throws Exception {
      List<Integer> numbers = numbers(1, 200, 100);
      Map<Integer, Integer> sums = new TreeMap<>();
      List<String> expected = new ArrayList<>();
      for (int n : numbers) expected.add(n % 5 + "=" + sums.merge(n % 5, n, Integer::sum));
      assertThat(with(demand, Pipeline.from(numbers).keyBy(n -> n % 5).scan(0, Integer::sum)
          .map(each -> each.key() + "=" + each.value()).toList())).isEqualTo(expected);
    }

    @Test
    void haveAMeanOfEachKey() throws Exception {
      List<Integer> numbers = numbers(2, 200, 100);
      Map<Integer, Double> expected = numbers.stream()
          .collect(Collectors.groupingBy(n -> n % 5, Collectors.averagingInt(n -> n)));
      assertThat(Pipeline.from(numbers).keyBy(n -> n % 5).workers(3).aggregate(Aggregation.averaging(n -> n))
          .collect(Collectors.toMap(KeyValue::key, KeyValue::value)).run()).isEqualTo(expected);
    }

    /** The greatest first, and of equal ones those that came first. */
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 5", "1000, 500"})
    void keepTheGreatest(int demand, int k) throws Exception {
      List<Map.Entry<Integer, Integer>> entries = IntStream.range(0, 100)
          .mapToObj(i -> Map.entry(numbers(3, 100, 12).get(i), i)).toList();
      Comparator<Map.Entry<Integer, Integer>> order = Map.Entry.comparingByKey();
      List<Map.Entry<Integer, Integer>> expected = entries.stream().sorted(order.reversed()).limit(k).toList();
      assertThat(with(demand, Pipeline.from(entries).topK(k, order))).isEqualTo(expected);
    }
  }

  @Nested
  class WhatWasThereLately {
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 3", "1000, 8", "5, 100"})
    void isLeftOut(int demand, int remembered) throws Exception {
      List<Integer> numbers = numbers(remembered, 150, 12);
      List<Integer> expected = new ArrayList<>();
      for (int n : numbers) {
        if (!expected.subList(Math.max(0, expected.size() - remembered), expected.size()).contains(n)) expected.add(n);
      }
      assertThat(with(demand, Pipeline.from(numbers).distinct(n -> n, remembered).toList())).isEqualTo(expected);
    }
  }

  @Nested
  class SeveralInputs {
    private final List<Integer> one = numbers(4, 90, 1_000).stream().sorted().toList();
    private final List<Integer> other = numbers(5, 60, 1_000).stream().sorted().toList();

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void areMergedInOrder(int demand) throws Exception {
      assertThat(with(demand, Pipeline.mergeSorted(Comparator.naturalOrder(), Pipeline.from(one), Pipeline.from(other))
          .toList())).isEqualTo(Stream.concat(one.stream(), other.stream()).sorted().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void areZippedUntilOneEnds(int demand) throws Exception {
      assertThat(with(demand, Pipeline.from(one).zip(Pipeline.from(other), (a, b) -> a + ":" + b).toList()))
          .isEqualTo(IntStream.range(0, 60).mapToObj(i -> one.get(i) + ":" + other.get(i)).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void areCutAsAStreamIs(int demand) throws Exception {
      assertThat(with(demand, Pipeline.concat(Pipeline.from(one), Pipeline.from(other)).drop(20).take(100)
          .takeWhile(n -> !n.equals(other.get(25))).toList()))
          .isEqualTo(Stream.concat(one.stream(), other.stream()).skip(20).limit(100)
              .takeWhile(n -> !n.equals(other.get(25))).toList());
    }
  }

  @Nested
  class AThrottle {
    /** A bucket that is full at first, and gets a token each tenth of a second. */
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 5", "1000, 30"})
    void letsThroughWhatTheBucketHas(int demand, int burst) {
      SimulatedRuntime.withSeeds(burst, 3).run(simulated -> {
        List<Long> at = new ArrayList<>();
        long start = simulated.elapsed().toMillis();
        with(demand, Pipeline.from(numbers(6, 25, 10)).throttle(10, Duration.ofSeconds(1), burst)
            .forEach(n -> at.add(simulated.elapsed().toMillis() - start)));
        long first = at.getFirst();
        for (int i = 0; i < 25; i++) {
          long due = Math.max(0, i - burst + 1) * 100L;
          assertThat(at.get(i) - first).isBetween(due - 1, due + 20);
        }
      });
    }
  }
}
