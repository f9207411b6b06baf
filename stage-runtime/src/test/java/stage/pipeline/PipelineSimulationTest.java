package stage.pipeline;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.WhenFull;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * Whole jobs have one result: whatever the demand, the workers, the order in which things happen, and where they
 * crash.
 */
class PipelineSimulationTest {
  private static final int SEEDS = Integer.getInteger("stage.pipeline.seeds", 25);
  private static final List<Integer> NUMBERS = IntStream.range(0, 150).boxed().toList();

  /** An element and its time, out of order. */
  private record Hit(int key, long second) {
    Instant time() {
      return Instant.ofEpochSecond(second);
    }
  }

  private static final List<Hit> HITS =
      IntStream.range(0, 150).mapToObj(i -> new Hit(i % 5, i + (i * 7919 % 13 == 0 ? -9 : i * 31 % 4))).toList();

  private static <R> void sameEverywhere(Job<R> job, int max, int min, java.util.function.Consumer<R> check) {
    Everywhere.check(job, max, min, SEEDS, check);
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource({"1, 0, 1", "2, 1, 3", "10, 0, 8", "1000, 500, 4"})
  void countsByKey(int max, int min, int workers) {
    Map<Integer, Long> expected = NUMBERS.stream().flatMap(n -> java.util.stream.Stream.of(n, n + 1)).filter(n ->
        n % 3 != 0)
        .collect(Collectors.groupingBy(n -> n % 7, Collectors.counting()));
    sameEverywhere(Pipeline.from(NUMBERS).flatMap(n -> List.of(n, n + 1)).filter(n -> n % 3 != 0).keyBy(n -> n % 7)
        .workers(workers).count().toList(),
        max, min, found -> assertThat(found.stream().collect(Collectors.toMap(KeyValue::key, KeyValue::value)))
            .isEqualTo(expected));
  }

  @ParameterizedTest(name = "demand {0}/{1}")
  @CsvSource({"1, 0", "2, 1", "10, 0", "1000, 500"})
  void statefulSteps(int max, int min) {
    List<List<Integer>> expected = new ArrayList<>();
    int sum = 0;
    List<Integer> batch = new ArrayList<>();
    int taken = 0;
    for (int n : NUMBERS.subList(3, 150)) {
      if (++taken > 100) break;
      if (n % 11 == 0) continue;   // it was one of those that were taken
      batch.add(sum += n);
      if (batch.size() == 4) {
        expected.add(batch);
        batch = new ArrayList<>();
      }
    }
    if (!batch.isEmpty()) expected.add(batch);
    sameEverywhere(Pipeline.from(NUMBERS).drop(3).take(100).map(n -> {
      if (n % 11 == 0) throw new IllegalArgumentException("eleven");
      return n;
    }).onFailure(OnFailure.skip()).scan(0, Integer::sum).async().batch(4).toList(), max, min, found ->
        assertThat(found).isEqualTo(expected));
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource({"1, 0, 1", "2, 1, 3", "10, 0, 8", "1000, 500, 4"})
  void tumblingWindows(int max, int min, int workers) {
    sameEverywhere(Pipeline.from(HITS).eventTime(Hit::time, Duration.ofSeconds(3)).keyBy(Hit::key).workers(workers)
        .window(Windows.tumbling(Duration.ofSeconds(10))).count().toList(), max, min, found ->
            assertThat(sorted(found)).isEqualTo(windows()));
  }

  private static List<String> sorted(List<Pane<Integer, Long>> panes) {
    return panes.stream().sorted(comparing((Pane<Integer, Long> pane) -> pane.window().start())
        .thenComparing(Pane::key))
        .map(pane -> pane.window().start().getEpochSecond() + " " + pane.key() + " " + pane.value() + " "
            + pane.kind()).toList();
  }

  private static List<String> windows() {
    Map<Long, Map<Integer, Long>> windows = new TreeMap<>();
    long latest = Long.MIN_VALUE;
    for (Hit hit : HITS) {
      long start = Math.floorDiv(hit.second, 10L) * 10;
      boolean isLate = latest != Long.MIN_VALUE && start + 10 <= latest - 3;
      if (!isLate) windows.computeIfAbsent(start, s -> new TreeMap<>()).merge(hit.key, 1L, Long::sum);
      latest = Math.max(latest, hit.second);
    }
    List<String> all = new ArrayList<>();
    windows.forEach((start, counts) -> counts.forEach((key, count) -> all.add(start + " " + key + " " + count
        + " FINAL")));
    return all;
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource({"1, 0, 1", "10, 0, 3", "1000, 500, 4"})
  void boundariesLoseAndRepeatNothing(int max, int min, int workers) {
    long expected = NUMBERS.stream().mapToLong(n -> 2L * n + 1).sum();
    sameEverywhere(Pipeline.from(NUMBERS).mapConcurrent(3, n -> 2 * n).parallel(workers, part -> part.map(n -> n + 1)
        .batch(3)).flatMap(list -> list)
        .collect(Collectors.summingLong(n -> n)), max, min, found -> assertThat(found).isEqualTo(expected));
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} workers")
  @CsvSource({"1, 0, 1", "10, 0, 3", "1000, 500, 4"})
  void joins(int max, int min, int workers) {
    List<Integer> right = IntStream.range(100, 200).boxed().toList();
    sameEverywhere(Pipeline.from(NUMBERS).join(Pipeline.from(right)).on(l -> l, r -> r).workers(workers)
        .whole(Bound.rows(1000)).inner((l, r) -> l + r).toList(),
        max, min, found -> assertThat(found.stream().sorted().toList()).isEqualTo(IntStream.range(100, 150)
            .map(n -> 2 * n).boxed().toList()));
  }

  @ParameterizedTest(name = "demand {0}/{1}")
  @CsvSource({"1, 0", "10, 0", "1000, 500"})
  void inputsThatAreToldApart(int max, int min) {
    List<Integer> expected = new ArrayList<>(NUMBERS.stream().map(n -> 2 * n).toList());
    expected.addAll(NUMBERS);
    sameEverywhere(Pipeline.concat(Pipeline.from(NUMBERS).zip(Pipeline.from(NUMBERS), Integer::sum),
        Pipeline.from(NUMBERS)).toList(), max, min,
        found -> assertThat(found).isEqualTo(expected));
  }

  @ParameterizedTest(name = "demand {0}/{1}")
  @CsvSource({"1, 0", "10, 0", "1000, 500"})
  void branches(int max, int min) {
    sameEverywhere(Pipeline.from(NUMBERS).alsoTo(copy -> copy.map(n -> -n).count()).divertTo(n -> n % 2 == 1, odd ->
        odd.count()).take(50).toList(), max, min,
        found -> assertThat(found).isEqualTo(IntStream.range(0, 50).map(n -> 2 * n).boxed().toList()));
  }

  /** More than fits into a turn is made of one element: by one step, by two, and of what a step in between has kept. */
  @ParameterizedTest(name = "demand {0}/{1}")
  @CsvSource({"1, 0", "10, 0", "1000, 500"})
  void expansionsGoOnOverTurns(int max, int min) {
    int size = max == 1 ? 1_100 : 2_500;
    List<Integer> expected = new ArrayList<>();
    for (int n = 0; n < 3; n++) for (int i = 0; i < size; i++) if (i % 1_000 != 7) expected.add(n * size + i);
    sameEverywhere(Pipeline.of(0, 1, 2).flatMap(n -> numbers(n * size, size)).async().filter(n -> n % size % 1_000 != 7)
        .toList(), max, min, found -> assertThat(found).isEqualTo(expected));
    sameEverywhere(Pipeline.of(0, 1, 2).flatMap(n -> List.of(2 * n, 2 * n + 1)).batch(4)
        .flatMap(four -> () -> four.stream().flatMap(n -> IntStream.range(0, size / 2).mapToObj(i -> n)).iterator())
        .flatMap(n -> List.of(n)).async().count(), max, min, found -> assertThat(found).isEqualTo(6L * (size / 2)));
  }

  private static Iterable<Integer> numbers(int first, int count) {
    return () -> IntStream.range(first, first + count).iterator();
  }

  /** A throttle waits with an element in hand; what steps before it keep must not count that twice. */
  @ParameterizedTest(name = "demand {0}/{1}")
  @CsvSource({"1, 0", "10, 0"})
  void whatWaitsForAThrottleIsCountedOnce(int max, int min) {
    List<Integer> numbers = NUMBERS.subList(0, 40);
    List<Integer> sums = IntStream.range(0, 30).map(n -> n * (n + 1) / 2).boxed().toList();
    Job<List<Integer>> job = Pipeline.from(numbers).take(30).scan(0, Integer::sum).throttle(1, Duration.ofMillis(10))
        .toList().withDemand(new Demand(max, min, false)).withRedelivery(Redelivery.attempts(1_000))
        .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)));
    SimulatedRuntime.withSeeds(max, 4 * SEEDS).with(CrashRule.anywhere(0.05)).run(simulated ->
        assertThat(job.run()).isEqualTo(sums));
  }

  @ParameterizedTest(name = "demand {0}/{1}")
  @CsvSource({"2, 1", "1000, 500"})
  void aWorkerThatEndsEarlyHoldsUpNobody(int max, int min) throws InterruptedException {
    List<Integer> many = IntStream.range(0, 12_000).boxed().toList();
    Job<Long> job = Pipeline.from(many).keyBy(n -> n % 8).workers(4)
        .perWorker(part -> part.takeWhile(n -> n % 8 != 3 || n < 300)).count();
    long expected = job.run();
    assertThat(expected).isBetween(3_000L, 11_000L);
    SimulatedRuntime.withSeeds(max, Math.min(SEEDS, 5)).run(simulated ->
        assertThat(job.withDemand(new Demand(max, min, false)).run()).isEqualTo(expected));
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} at once")
  @CsvSource({"1, 0, 1", "10, 0, 3", "1000, 500, 40"})
  void functionsByKeyKeepTheOrderOfEachKey(int max, int min, int atOnce) {
    Map<Integer, List<Integer>> expected = NUMBERS.stream().collect(Collectors.groupingBy(n -> n % 7));
    sameEverywhere(Pipeline.from(NUMBERS).mapConcurrentByKey(atOnce, n -> n % 7, n -> n).toList(), max, min, found ->
        assertThat(found.stream().collect(Collectors.groupingBy(n -> n % 7))).isEqualTo(expected));
  }

  @ParameterizedTest(name = "demand {0}/{1}, {2} at once")
  @CsvSource({"1, 0, 1", "10, 0, 3", "1000, 500, 40"})
  void windowsBehindConcurrentFunctions(int max, int min, int atOnce) {
    Pipeline<Hit> hits = Pipeline.from(HITS).eventTime(Hit::time, Duration.ofSeconds(3));
    Windows windows = Windows.tumbling(Duration.ofSeconds(10));
    sameEverywhere(hits.mapConcurrent(atOnce, hit -> hit).keyBy(Hit::key).window(windows).count().toList(), max, min,
        found -> assertThat(sorted(found)).isEqualTo(windows()));
    sameEverywhere(hits.mapConcurrentByKey(atOnce, Hit::key, hit -> hit).keyBy(Hit::key).workers(2).window(windows)
        .count().toList(), max, min, found -> assertThat(sorted(found)).isEqualTo(windows()));
  }

  /** What a buffer drops depends on the clock, but each element either comes, once and in order, or was dropped. */
  @ParameterizedTest(name = "demand {0}/{1}, {2}")
  @CsvSource({"1, 0, DROP_OLDEST", "10, 0, DROP_NEWEST", "1000, 500, DROP_OLDEST"})
  void buffersThatDropCountWhatTheyDrop(int max, int min, WhenFull kind) {
    sameEverywhere(Pipeline.from(NUMBERS).buffer(8, kind).forEach(n -> {}), max, min, report -> {
      assertThat(report.out() + report.dropped()).isEqualTo(150);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    });
    sameEverywhere(Pipeline.from(NUMBERS).buffer(8, kind).toList(), max, min, found ->
        assertThat(found).isSorted().doesNotHaveDuplicates().isSubsetOf(NUMBERS));
    sameEverywhere(Pipeline.from(HITS).eventTime(Hit::time, Duration.ofSeconds(3)).buffer(1_000, kind)
        .keyBy(Hit::key).window(Windows.tumbling(Duration.ofSeconds(10))).count().toList(), max, min, found ->
            assertThat(sorted(found)).isEqualTo(windows()));
  }
}
