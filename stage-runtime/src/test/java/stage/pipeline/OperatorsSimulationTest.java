package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Job;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.WhenFull;
import stage.api.pipeline.Windows;
import stage.api.supervision.Backoff;

/**
 * Each operator has one multiset of results: whatever the demand, the number of workers, the order in which things
 * happen, and where they crash. What it is, known answers say; here it is what one worker without crashes comes to.
 */
class OperatorsSimulationTest {
  private static final int SEEDS = Integer.getInteger("stage.pipeline.seeds", 4);
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

  /** A job with so many workers. */
  private record Case(String name, IntFunction<? extends Job<?>> job) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** An operator with so many workers. */
  private static Case operator(String name, IntFunction<Pipeline<?>> pipeline) {
    return new Case(name, workers -> pipeline.apply(workers).toList());
  }

  private static int notFive(int n) {
    if (n % 5 == 0) throw new IllegalArgumentException("five");
    return n;
  }

  /** A file with a number in each line. */
  private static Path file() {
    try {
      Path file = Files.createTempFile("numbers", ".txt");
      file.toFile().deleteOnExit();
      return Files.write(file, NUMBERS.stream().map(String::valueOf).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final Path FILE = file();

  private static Stream<Case> sources() {
    return Stream.of(
        operator("of", workers -> Pipeline.of(1, 2, 3)),
        operator("lines", workers -> Pipeline.lines(FILE, FILE).map(Integer::parseInt)),
        operator("generate", workers -> Pipeline.<Integer>generate(new Counting())),
        operator("a stage", workers -> Pipeline.from(Stage.ofIterable("numbers", NUMBERS)).map(n -> n + 1)),
        operator("ticks", workers -> Pipeline.tick(Duration.ofMillis(5)).take(7).map(time -> "tick")));
  }

  /** A loop that a restart goes on with. */
  private static final class Counting implements Stage.Generator<Integer> {
    private State<Integer> emitted;

    @Override
    public void onStart(StageContext context) {
      emitted = context.state("emitted", 0);
    }

    @Override
    public void generate(Outlet<Integer> out) {
      while (emitted.value() < 100) {
        int next = emitted.value();
        emitted.set(next + 1);
        out.emit(next);
      }
    }
  }

  private static Stream<Case> failures() {
    return Stream.of(
        operator("retries, then skips", workers -> numbers().map(OperatorsSimulationTest::notFive).onFailure(
            OnFailure.retry(1).then(OnFailure.skip()).atMost(1_000, Duration.ofHours(1)))),
        operator("retries after a while", workers -> numbers().map(OperatorsSimulationTest::notFive).onFailure(
            OnFailure.retry(2, Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2)))
                .then(OnFailure.deadLetter(letter -> {})))),
        operator("retries after longer and longer", workers -> numbers().map(OperatorsSimulationTest::notFive).onFailure(
            OnFailure.retry(2, Duration.ofMillis(1), Duration.ofMillis(2)).then(OnFailure.skip()))),
        operator("a time limit", workers -> numbers().map(n -> n + 1).timeout(Duration.ofHours(1)).map(n -> -n)));
  }

  private static Stream<Case> ends() {
    return Stream.of(
        new Case("forEach", workers -> numbers().filter(n -> n > 7).forEach(n -> {})),
        new Case("to", workers -> numbers().flatMap(n -> List.of(n, n)).to(Stage.consumer("end", Integer.class,
            () -> (events, from) -> {}))),
        new Case("broadcastTo", workers -> numbers().broadcastTo(Pipeline::count, all -> all.async().forEach(n -> {}))),
        new Case("collect", workers -> numbers().collect(Collectors.summingInt(n -> n))),
        new Case("reduce", workers -> numbers().async().reduce("", (all, n) -> all + n)),
        new Case("topK of all", workers -> numbers().parallel(workers, part -> part.map(n -> n * 31 % 97))
            .topK(3, Comparator.naturalOrder())),
        new Case("count", workers -> numbers().mapConcurrent(workers, n -> n).count()));
  }

  /** These depend on the clock, but not in this. */
  private static Stream<Case> clocks() {
    Pipeline<Integer> slow = numbers().throttle(10, Duration.ofMillis(10));
    return Stream.of(
        operator("throttle", workers -> slow.async().map(n -> n)),
        operator("throttle with bursts", workers -> numbers().throttle(5, Duration.ofMillis(10), 20).map(n -> -n)),
        operator("sample", workers -> slow.sample(Duration.ofMillis(7)).scan(-1, (last, n) -> {
          if (n <= last) throw new AssertionError(n + " after " + last);
          return n;
        }).async().scan(0, (samples, n) -> 1).distinct(n -> n, 10)),
        operator("batchWithin", workers -> slow.batchWithin(7, Duration.ofMillis(15)).map(list ->
            between(1, list, 7)).async().flatMap(list -> list)),
        operator("batchWeighted", workers -> slow.batchWeighted(9, n -> n % 4, Duration.ofMillis(15)).map(list ->
            between(1, list, 40)).async().flatMap(list -> list)),
        operator("batchWithin of a key", workers -> slow.keyBy(n -> n % 5).workers(workers)
            .batchWithin(4, Duration.ofMillis(30), MANY).flatMap(each -> between(1, each.value(), 4))),
        operator("windows by the clock", workers -> slow.keyBy(n -> n % 3).workers(workers)
            .window(Windows.byClock(Duration.ofMillis(20)).offset(Duration.ofMillis(3))).sum(n -> n)
            .keyBy(Pane::key).sum(Pane::value)),
        operator("early panes by the clock", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(20))).early(Duration.ofMillis(3)).sum(Hit::second)
            .filter(pane -> pane.kind() == Pane.Kind.FINAL)),
        operator("a source that may be idle", workers -> numbers()
            .eventTime(EventTime.of((Integer n) -> Instant.ofEpochSecond(n)).outOfOrder(Duration.ofSeconds(1))
                .idleAfter(Duration.ofHours(1))).window(Windows.tumbling(Duration.ofSeconds(7))).count()),
        operator("a table read as it is", workers -> numbers().enrich(numbers().toTable(n -> n, MANY).latest(),
            n -> n, (n, row) -> n)));
  }

  private static <T> List<T> between(int least, List<T> list, int most) {
    if (list.size() < least || list.size() > most) throw new AssertionError(list);
    return list;
  }

  private static Stream<Case> boundaries() {
    return Stream.of(
        operator("flatMap, take and scan", workers -> numbers().flatMap(n -> List.of(n, -n)).take(70).async()
            .scan(0, Integer::sum)),
        operator("parallel and buffers", workers -> numbers().buffer(3).parallel(workers, part -> part.map(n -> n + 1)
            .named("part")).buffer(2, WhenFull.WAIT).map(n -> -n)),
        operator("workers that do nothing", workers -> numbers().parallel(workers, part -> part)
            .keyBy(n -> n % 3).workers(workers).perWorker(part -> part).map(n -> n)),
        operator("mapConcurrent", workers -> numbers().mapConcurrent(workers, n -> n + 1).map(n -> -n)),
        operator("mapConcurrentByKey", workers -> numbers().mapConcurrentByKey(workers, n -> n % 7, n -> n + 1)),
        operator("a stage of one's own", workers -> numbers().via(Stage.producerConsumer("double", Integer.class,
            Integer.class, () -> (events, from, out) -> {
              for (int n : events) out.emit(2 * n);
            })).map(n -> n + 1)),
        operator("concat and zip", workers -> Pipeline.concat(numbers(), Pipeline.of(-1)).zip(numbers().async(),
            (l, r) -> l + " " + r)),
        operator("branches", workers -> numbers().alsoTo(all -> all.async().count()).divertTo(n -> n % 3 == 0,
            third -> third.batch(4).forEach(list -> {})).keyBy(n -> n % 4).workers(workers).count()));
  }

  private static Stream<Case> steps() {
    return Stream.of(
        operator("mapMulti and ofType", workers -> numbers().<Object>mapMulti((n, out) -> {
          out.accept(n);
          out.accept("x" + n);
        }).ofType(String.class)),
        operator("peek and drop", workers -> numbers().peek(n -> {}).drop(17)),
        operator("takeWhile", workers -> numbers().takeWhile(n -> n < 90).async().map(n -> n)),
        operator("distinct", workers -> numbers().map(n -> n * n % 37).distinct(n -> n, 20)),
        operator("recover", workers -> numbers().map(n -> 100 / (n % 5)).recover(failed -> -1)),
        operator("skip", workers -> numbers().map(n -> 100 / (n % 5)).onFailure(OnFailure.skip()).async().batch(7)),
        operator("a part for each worker", workers -> numbers().keyBy(n -> n % 9).workers(workers)
            .perWorker(part -> part.map(n -> -n).filter(n -> n % 2 == 0))),
        operator("mapConcurrentUnordered", workers -> numbers().mapConcurrentUnordered(workers, n -> n + 1)),
        operator("merge", workers -> Pipeline.merge(numbers(), numbers().map(n -> -n))),
        operator("mergeSorted", workers -> Pipeline.mergeSorted(Comparator.<Integer>naturalOrder(), numbers(),
            numbers().filter(n -> n % 3 == 0), numbers().map(n -> 2 * n))),
        operator("topK", workers -> numbers().keyBy(n -> n % 4).workers(workers)
            .aggregate(Aggregation.topK(3, Comparator.<Integer>naturalOrder()))));
  }

  private static Stream<Case> reducers() {
    return Stream.of(
        operator("sum", workers -> numbers().keyBy(n -> n % 7).workers(workers).sum(n -> n)),
        operator("aggregate", workers -> numbers().keyBy(n -> n % 7).workers(workers).aggregate("", (all, n) -> all
            + n)),
        operator("scan", workers -> numbers().keyBy(n -> n % 7).workers(workers).scan(0, Integer::sum)),
        operator("collect", workers -> numbers().keyBy(n -> n % 7).workers(workers).collect(Collectors.toList())),
        operator("count windows", workers -> numbers().keyBy(n -> n % 7).workers(workers).window(Windows.count(5))
            .toList(MANY)),
        operator("early panes", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(20))).early(2).count()),
        operator("tumbling windows with lateness", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(10)).lateness(Duration.ofSeconds(2))).count()),
        operator("sliding windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.sliding(Duration.ofSeconds(15), Duration.ofSeconds(6))).sum(Hit::second)),
        operator("sessions", workers -> hits(2).keyBy(Hit::key).workers(workers)
            .window(Windows.sessions(Duration.ofSeconds(11))).toList(MANY)),
        operator("calendar windows", workers -> hits(977).keyBy(Hit::key).workers(workers)
            .window(Windows.calendar(ChronoUnit.HOURS, ZoneId.of("Asia/Kathmandu"))).count()),
        operator("windows with a branch for what is late", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(5))).lateTo(Pipeline::count).count()),
        operator("sums and folds of windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.sliding(Duration.ofSeconds(10), Duration.ofSeconds(4))).aggregate(0L, (sum, hit) -> sum
                + hit.second(), Long::sum)),
        operator("folds of windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(10))).aggregate(0L, (sum, hit) -> sum + hit.second())),
        operator("aggregations of sliding windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.sliding(Duration.ofSeconds(9), Duration.ofSeconds(3)))
            .aggregate(Aggregation.averaging(Hit::second))),
        operator("aggregations", workers -> numbers().keyBy(n -> n % 7).workers(workers)
            .aggregate(Aggregation.summing(n -> n)).keyBy(KeyValue::key).aggregate(Aggregation.counting())),
        operator("sliding windows and sessions of windows", workers -> hits(1).keyBy(Hit::key)
            .window(Windows.tumbling(Duration.ofSeconds(5))).count()
            .window(Windows.sliding(Duration.ofSeconds(20), Duration.ofSeconds(10))).sum(Pane::value)
            .keyBy(Pane::key).window(Windows.sessions(Duration.ofSeconds(30))).sum(Pane::value)
            .keyBy(Pane::key).scan(0L, (sum, pane) -> sum + pane.value())),
        operator("windows of windows", workers -> hits(1).keyBy(Hit::key).workers(workers)
            .window(Windows.tumbling(Duration.ofSeconds(5))).count()
            .window(Windows.tumbling(Duration.ofSeconds(20))).sum(pane -> pane.value())));
  }

  private static Stream<Case> joins() {
    var window = Windows.tumbling(Duration.ofSeconds(10));
    return Stream.of(
        operator("interval, inner", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ofSeconds(2), Duration.ofSeconds(3), MANY).inner((l, r) -> l + " " + r)),
        operator("interval, left", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ofSeconds(2), Duration.ofSeconds(3), MANY).left((l, r) -> l + " " + r)),
        operator("interval, full", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ZERO, Duration.ofSeconds(1), MANY).full((l, r) -> l + " " + r)),
        operator("window, inner", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .window(window, MANY).inner((l, r) -> l + " " + r)),
        operator("window, left", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .window(window, MANY).left((l, r) -> l + " " + r)),
        operator("window, full", workers -> hits(1).join(hits(3)).on(Hit::key, hit -> hit.key() + 1).workers(workers)
            .window(window, MANY).full((l, r) -> l + " " + r)),
        operator("interval, right", workers -> hits(1).join(hits(2)).on(Hit::key, Hit::key).workers(workers)
            .within(Duration.ofSeconds(2), Duration.ofSeconds(3), MANY).right((l, r) -> l + " " + r)),
        operator("window, right", workers -> hits(1).join(hits(3)).on(Hit::key, hit -> hit.key() + 1)
            .workers(workers).window(window, MANY).right((l, r) -> l + " " + r)),
        operator("whole, right", workers -> numbers().join(numbers().map(n -> n + 60)).on(n -> n, n -> n)
            .workers(workers).whole(MANY).right((l, r) -> l + " " + r)),
        operator("whole, inner", workers -> numbers().join(numbers().map(n -> n + 60)).on(n -> n, n -> n)
            .workers(workers).whole(MANY).inner((l, r) -> l + " " + r)),
        operator("whole, left", workers -> numbers().join(numbers().map(n -> n + 60)).on(n -> n, n -> n)
            .workers(workers).whole(MANY).left((l, r) -> l + " " + r)),
        operator("whole, full", workers -> numbers().join(numbers().map(n -> n + 60)).on(n -> n, n -> n)
            .workers(workers).whole(MANY).full((l, r) -> l + " " + r)),
        operator("a table that is loaded first", workers -> numbers().enrich(
            numbers().map(n -> 3 * n).toTable(n -> n, MANY).loadedFirst(), n -> n, (n, row) -> n + " " + row)),
        operator("a table as of event time", workers -> hits(1).enrich(
            hits(2).toTable(Hit::key, MANY).asOfEventTime(), Hit::key, (hit, row) -> hit + " " + row)));
  }

  private static Stream<Case> cases() {
    return Stream.of(sources(), steps(), failures(), boundaries(), clocks(), reducers(), joins(), ends())
        .flatMap(cases -> cases);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void haveOneResult(Case each) throws InterruptedException {
    String expected = shown(each.job.apply(1).run());
    assertThat(expected).isNotEqualTo("[]");
    int[][] shapes = {{1, 0, 1}, {2, 1, 3}, {10, 0, 8}, {1000, 500, 4}};
    for (int[] shape : shapes) {
      Everywhere.check(each.job.apply(shape[2]), shape[0], shape[1], SEEDS, found ->
          assertThat(shown(found)).as("demand %d/%d, %d workers", shape[0], shape[1], shape[2]).isEqualTo(expected));
    }
  }

  private static String shown(Object found) {
    return switch (found) {
      case List<?> list -> list.stream().map(String::valueOf).sorted().toList().toString();
      case Report report -> "%d in, %d out, %d filtered, %d dropped, %d given up".formatted(report.in(), report.out(),
          report.filtered(), report.dropped(), report.deadLettered());
      default -> found.toString();
    };
  }
}
