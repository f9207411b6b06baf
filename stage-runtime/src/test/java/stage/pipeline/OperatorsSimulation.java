package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/**
 * Each operator has one multiset of results: whatever the demand, the number of workers, the order in which things
 * happen, and where they crash. What it is, known answers say; here it is what one worker without crashes comes to.
 */
class OperatorsSimulation {
  private static final int SEEDS = Integer.getInteger("stage.pipeline.seeds", 8);
  private static final List<Integer> NUMBERS = IntStream.range(0, 120).boxed().toList();
  private static final Bound MANY = Bound.rows(10_000);

  private record Hit(int key, long second) {
    Instant time() {
      return Instant.ofEpochSecond(second);
    }
  }

  private static Pipeline<Hit> hits(int spread) {
    List<Hit> hits = IntStream.range(0, 120)
        .mapToObj(i -> new Hit(i % 5, i * (long) spread + (i * 7919 % 13 == 0 ? -9 : i * 31 % 4))).toList();
    return Pipeline.from(hits).eventTime(Hit::time, Duration.ofSeconds(3));
  }

  private static Pipeline<Integer> numbers() {
    return Pipeline.from(NUMBERS);
  }

  /** An operator with so many workers. */
  private record Case(String name, IntFunction<Pipeline<?>> pipeline) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Case> steps() {
    return Stream.of(
        new Case("mapMulti and ofType", workers -> numbers().<Object>mapMulti((n, out) -> {
          out.accept(n);
          out.accept("x" + n);
        }).ofType(String.class)),
        new Case("peek and drop", workers -> numbers().peek(n -> {}).drop(17)),
        new Case("takeWhile", workers -> numbers().takeWhile(n -> n < 90).async().map(n -> n)),
        new Case("distinct", workers -> numbers().map(n -> n * n % 37).distinct(n -> n, 20)),
        new Case("recover", workers -> numbers().map(n -> 100 / (n % 5)).recover(failed -> -1)),
        new Case("skip", workers -> numbers().map(n -> 100 / (n % 5)).onFailure(OnFailure.skip()).async().batch(7)),
        new Case("a part for each worker", workers -> numbers().keyBy(n -> n % 9).workers(workers)
            .perWorker(part -> part.map(n -> -n).filter(n -> n % 2 == 0))),
        new Case("mapConcurrentUnordered", workers -> numbers().mapConcurrentUnordered(workers, n -> n + 1)),
        new Case("merge", workers -> Pipeline.merge(numbers(), numbers().map(n -> -n))),
        new Case("mergeSorted", workers -> Pipeline.mergeSorted(Comparator.<Integer>naturalOrder(), numbers(),
            numbers().filter(n -> n % 3 == 0), numbers().map(n -> 2 * n))),
        new Case("topK", workers -> numbers().keyBy(n -> n % 4).workers(workers)
            .aggregate(Aggregation.topK(3, Comparator.<Integer>naturalOrder()))));
  }

  private static Stream<Case> reducers() {
    return Stream.of(
        new Case("sum", workers -> numbers().keyBy(n -> n % 7).workers(workers).sum(n -> n)),
        new Case("aggregate", workers -> numbers().keyBy(n -> n % 7).workers(workers).aggregate("", (all, n) -> all
            + n)),
        new Case("scan", workers -> numbers().keyBy(n -> n % 7).workers(workers).scan(0, Integer::sum)),
        new Case("collect", workers -> numbers().keyBy(n -> n % 7).workers(workers).collect(Collectors.toList())),
        new Case("count windows", workers -> numbers().keyBy(n -> n % 7).workers(workers).window(Windows.count(5))
            .toList(MANY)),
        new Case("early panes", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(20))).early(2).count()),
        new Case("tumbling windows with lateness", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(10)).lateness(Duration.ofSeconds(2))).count()),
        new Case("sliding windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.sliding(Duration.ofSeconds(15), Duration.ofSeconds(6))).sum(Hit::second)),
        new Case("sessions", workers -> hits(2).keyBy(Hit::key).workers(workers)
            .window(Windows.sessions(Duration.ofSeconds(11))).toList(MANY)),
        new Case("calendar windows", workers -> hits(977).keyBy(Hit::key).workers(workers)
            .window(Windows.calendar(ChronoUnit.HOURS, ZoneId.of("Asia/Kathmandu"))).count()),
        new Case("windows with a branch for what is late", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(5))).lateTo(Pipeline::count).count()),
        new Case("windows of windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(5))).count()
            .window(Windows.tumbling(Duration.ofSeconds(20))).sum(pane -> pane.value())));
  }

  private static Stream<Case> joins() {
    var window = Windows.tumbling(Duration.ofSeconds(10));
    return Stream.of(
        new Case("interval, inner", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ofSeconds(2), Duration.ofSeconds(3), MANY).inner((l, r) -> l + " " + r)),
        new Case("interval, left", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ofSeconds(2), Duration.ofSeconds(3), MANY).left((l, r) -> l + " " + r)),
        new Case("interval, full", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ZERO, Duration.ofSeconds(1), MANY).full((l, r) -> l + " " + r)),
        new Case("window, inner", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .window(window, MANY).inner((l, r) -> l + " " + r)),
        new Case("window, left", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .window(window, MANY).left((l, r) -> l + " " + r)),
        new Case("window, full", workers -> hits(1).join(hits(3)).on(Hit::key, hit -> hit.key() + 1).workers(workers)
            .window(window, MANY).full((l, r) -> l + " " + r)),
        new Case("whole, left", workers -> numbers().join(numbers().map(n -> n + 60)).on(n -> n, n -> n)
            .workers(workers).whole(MANY).left((l, r) -> l + " " + r)),
        new Case("whole, full", workers -> numbers().join(numbers().map(n -> n + 60)).on(n -> n, n -> n)
            .workers(workers).whole(MANY).full((l, r) -> l + " " + r)),
        new Case("a table that is loaded first", workers -> numbers().enrich(
            numbers().map(n -> 3 * n).toTable(n -> n, MANY).loadedFirst(), n -> n, (n, row) -> n + " " + row)),
        new Case("a table as of event time", workers -> hits(1).enrich(
            hits(2).toTable(Hit::key, MANY).asOfEventTime(), Hit::key, (hit, row) -> hit + " " + row)));
  }

  private static void assertOneResult(Case each) throws InterruptedException {
    List<String> expected = sorted(each.pipeline.apply(1).toList().run());
    assertThat(expected).isNotEmpty();
    int[][] shapes = {{1, 0, 1}, {2, 1, 3}, {10, 0, 8}, {1000, 500, 4}};
    for (int[] shape : shapes) {
      Everywhere.check(each.pipeline.apply(shape[2]).toList(), shape[0], shape[1], SEEDS, found ->
          assertThat(sorted(found)).as("demand %d/%d, %d workers", shape[0], shape[1], shape[2]).isEqualTo(expected));
    }
  }

  private static List<String> sorted(List<?> found) {
    return found.stream().map(String::valueOf).sorted().toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("steps")
  void stepsHaveOneResult(Case step) throws InterruptedException {
    assertOneResult(step);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("reducers")
  void reducersHaveOneResult(Case reducer) throws InterruptedException {
    assertOneResult(reducer);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("joins")
  void joinsHaveOneResult(Case join) throws InterruptedException {
    assertOneResult(join);
  }
}
