package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** What plain Java makes of the same elements, jobs make of them too: whatever the demand, and wherever they crash. */
class PlainModelsTest {
  private static final int SEEDS = 3;
  private static final Bound MANY = Bound.rows(10_000);
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final long SPRING = Instant.parse("2024-03-30T20:00:00Z").getEpochSecond();   // before a short day

  /**
   * An element.
   *
   * @param id its place
   * @param key its key
   * @param second its time
   */
  private record Hit(int id, int key, long second) {
    Instant time() {
      return Instant.ofEpochSecond(second);
    }
  }

  private static List<Hit> hits(long from, int spread, int disorder) {
    var random = new Random(7);
    return IntStream.range(0, 100)
        .mapToObj(i -> new Hit(i, i % 3, from + (long) i * spread - random.nextInt(disorder))).toList();
  }

  private static Pipeline<Hit> timed(List<Hit> hits, Duration disorder) {
    return Pipeline.from(hits).eventTime(Hit::time, disorder);
  }

  private static <R> void check(Job<R> job, Consumer<R> check) {
    Everywhere.check(job, 2, 1, SEEDS, check);
    Everywhere.check(job, 10, 0, SEEDS, check);
  }

  private static String start(Pane<Integer, ?> pane) {
    return pane.key() + " from " + pane.window().start();
  }

  private static Map<String, Object> panes(List<? extends Pane<Integer, ?>> panes) {
    var all = new TreeMap<String, Object>();
    for (Pane<Integer, ?> pane : panes) {
      if (pane.kind() == Pane.Kind.EARLY) continue;
      assertThat(all.put(start(pane), pane.value())).as("one result of a window").isNull();
    }
    return all;
  }

  @Test
  void calendarWindowsAndAverages() {
    List<Hit> hits = hits(SPRING, 3_000, 5_000);
    var sums = new TreeMap<String, double[]>();
    for (Hit hit : hits) {
      Instant day = hit.time().atZone(BERLIN).toLocalDate().atStartOfDay(BERLIN).toInstant();
      double[] sum = sums.computeIfAbsent(hit.key + " from " + day, is -> new double[2]);
      sum[0] += hit.id;
      sum[1]++;
    }
    var expected = new TreeMap<String, Object>();
    sums.forEach((window, sum) -> expected.put(window, sum[0] / sum[1]));
    check(timed(hits, Duration.ofHours(2)).keyBy(Hit::key).workers(3).window(Windows.calendar(ChronoUnit.DAYS, BERLIN))
        .aggregate(Aggregation.averaging(Hit::id)).toList(), found -> assertThat(panes(found)).isEqualTo(expected));
  }

  /** It is late if the greatest time before it, less the disorder, has reached the end of its window. */
  @Test
  void elementsThatAreLate() {
    List<Hit> hits = hits(1_000, 1, 20);
    var expected = new TreeMap<String, Object>();
    Set<Integer> expectedLate = new TreeSet<>();
    long latest = Long.MIN_VALUE / 2;
    for (Hit hit : hits) {
      long begin = hit.second / 5 * 5;
      if (begin + 5 <= latest - 6) expectedLate.add(hit.id);
      else expected.merge(hit.key + " from " + Instant.ofEpochSecond(begin), 1L, (n, one) -> (long) n + 1);
      latest = Math.max(latest, hit.second);
    }
    assertThat(expectedLate).hasSizeBetween(20, 80);
    Set<Integer> late = new TreeSet<>();   // a forEach may see an element again
    check(timed(hits, Duration.ofSeconds(6)).keyBy(Hit::key).workers(3).window(Windows.tumbling(Duration.ofSeconds(5)))
        .lateTo(branch -> branch.async().forEach(hit -> late.add(hit.id))).count().toList(), found -> {
          assertThat(panes(found)).isEqualTo(expected);
          assertThat(late).isEqualTo(expectedLate);
          long inWindows = found.stream().mapToLong(Pane::value).sum();
          assertThat(inWindows + late.size()).isEqualTo(hits.size());
          late.clear();
        });
  }

  @Test
  void lastPanesBehindEarlyOnes() {
    List<Hit> hits = hits(1_000, 1, 3);
    var expected = new TreeMap<String, Object>();
    for (Hit hit : hits) {
      expected.merge(hit.key + " from " + Instant.ofEpochSecond(hit.second / 20 * 20), 1L, (n, one) -> (long) n + 1);
    }
    check(Pipeline.from(hits).throttle(5, Duration.ofMillis(10)).eventTime(Hit::time, Duration.ofSeconds(3))
        .keyBy(Hit::key).workers(2).window(Windows.tumbling(Duration.ofSeconds(20))).early(Duration.ofMillis(3))
        .count().toList(), found -> {
          assertThat(panes(found)).isEqualTo(expected);
          assertThat(found).filteredOn(pane -> pane.kind() == Pane.Kind.EARLY).isNotEmpty()
              .allSatisfy(pane -> assertThat(pane.value()).isLessThanOrEqualTo((Long) expected.get(start(pane))));
        });
  }

  @Test
  void whatAThrottleAndASampleLetThrough() {
    List<Integer> numbers = IntStream.range(0, 80).boxed().toList();
    Pipeline<Integer> slow = Pipeline.from(numbers).throttle(5, Duration.ofMillis(10));
    check(slow.toList(), found -> assertThat(found).isEqualTo(numbers));
    check(slow.sample(Duration.ofMillis(30)).toList(), found -> assertThat(found).isSorted().doesNotHaveDuplicates()
        .hasSizeBetween(2, 20));
  }

  @Test
  void rowsOfATableReadAsItIs() {
    List<Hit> hits = hits(1_000, 1, 3);
    Pipeline<String> rows = Pipeline.from(hits).enrich(Pipeline.of(0, 1, 2, 3).toTable(n -> n, MANY).latest(),
        Hit::key, (hit, row) -> hit.id + " " + row.map(n -> n == hit.key).orElse(true));
    check(rows.toList(), found -> assertThat(found).isEqualTo(hits.stream().map(hit -> hit.id + " true").toList()));
  }

  @Test
  void branches() {
    List<Integer> numbers = IntStream.range(0, 100).boxed().toList();
    Set<Integer> copied = new TreeSet<>();
    Set<Integer> diverted = new TreeSet<>();
    check(Pipeline.from(numbers).alsoTo(copy -> copy.async().forEach(copied::add))
        .divertTo(n -> n % 3 == 0, third -> third.batch(4).async().forEach(diverted::addAll))
        .map(n -> -n).async().toList(), found -> {
          assertThat(copied).containsExactlyElementsOf(numbers);
          assertThat(diverted).isEqualTo(new TreeSet<>(numbers.stream().filter(n -> n % 3 == 0).toList()));
          assertThat(found).isEqualTo(numbers.stream().filter(n -> n % 3 > 0).map(n -> -n).toList());
          copied.clear();
          diverted.clear();
        });
  }
}
