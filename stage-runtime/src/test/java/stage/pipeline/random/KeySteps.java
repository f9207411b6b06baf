package stage.pipeline.random;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** Steps that reduce the elements of each key, or of each key and window. */
final class KeySteps {
  private static final int SIZE = 7;   // of windows, in seconds

  private static final Bound MANY = Bound.rows(100_000);

  static final List<RandomStep> ALL = List.of(
      (all, c) -> all.then("count" + c.workers(),
          keyed(all, c).count().map(each -> (int) (each.key() * 100 + each.value())),
          modelled(all, c, (key, numbers) -> key * 100 + numbers.size())).untimed(),
      (all, c) -> all.then("sum" + c.workers(),
          keyed(all, c).sum(n -> n).map(each -> (int) (each.key() + each.value())),
          modelled(all, c, (key, numbers) -> key + sum(numbers))).untimed(),
      (all, c) -> all.then("collect" + c.workers(),
          keyed(all, c).collect(Collectors.summingInt(n -> n)).map(each -> each.key() + each.value()),
          modelled(all, c, (key, numbers) -> key + sum(numbers))).untimed(),
      (all, c) -> all.then("aggregate" + c.workers(),
          keyed(all, c).aggregate(0, KeySteps::plusSquare).map(each -> each.key() + each.value()),
          modelled(all, c, (key, numbers) -> key + squares(numbers))).untimed(),
      (all, c) -> all.then("topK" + c.workers(), keyed(all, c)
          .aggregate(Aggregation.topK(3, Comparator.<Integer>naturalOrder()))
          .map(each -> each.key() + sum(each.value())),
          modelled(all, c, (key, numbers) -> key + sum(greatest(numbers, 3)))).untimed(),
      ifOrdered((all, c) -> all.then("scanByKey" + c.workers(),
          keyed(all, c).scan(0, KeySteps::plusSquare).map(each -> each.key() + each.value()),
          modelledEach(all, c, KeySteps::scanned)).untimed()),
      ifOrdered((all, c) -> all.then("listsByKey" + c.workers(), keyed(all, c)
          .batchWithin(c.k(), Duration.ofHours(1), MANY).map(each -> each.key() + Lists.shown(each.value())),
          modelledEach(all, c, (key, numbers) -> lists(key, numbers, c.k()))).untimed()),
      ifOrdered((all, c) -> all.then("countWindows" + c.workers(), keyed(all, c).window(Windows.count(c.k()))
          .toList(MANY).map(pane -> pane.key() + Lists.shown(pane.value())),
          modelledEach(all, c, (key, numbers) -> lists(key, numbers, c.k()))).untimed()),
      (all, c) -> all.isTimed() ? sessions(all.timed(), c) : all,
      (all, c) -> all.isTimed() ? windows(all.timed(), c, SIZE) : all,
      (all, c) -> all.isTimed() ? windows(all.timed(), c, 3) : all);

  private KeySteps() {}

  private static RandomStep ifOrdered(RandomStep step) {
    return (all, c) -> all.isOrdered() ? step.after(all, c) : all;
  }

  private static int plusSquare(int sum, int n) {
    return (sum + n % 30 * (n % 30)) % 1_000;
  }

  private static int squares(List<Integer> numbers) {
    return numbers.stream().reduce(0, KeySteps::plusSquare);
  }

  private static List<Integer> greatest(List<Integer> numbers, int most) {
    return numbers.stream().sorted(Comparator.reverseOrder()).limit(most).toList();
  }

  private static List<Integer> scanned(int key, List<Integer> numbers) {
    return IntStream.rangeClosed(1, numbers.size()).mapToObj(n -> key + squares(numbers.subList(0, n))).toList();
  }

  private static List<Integer> lists(int key, List<Integer> numbers, int size) {
    return Lists.ofSize(size).apply(numbers).stream().map(list -> key + Lists.shown(list)).toList();
  }

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(n -> n).sum();
  }

  private static Keyed<Integer, Integer> keyed(ModelledPipeline all, Choice c) {
    return all.pipeline().keyBy(n -> n % c.k()).workers(c.workers());
  }

  private static List<Integer> modelled(ModelledPipeline all, Choice c,
      BiFunction<Integer, List<Integer>, Integer> result) {
    return modelledEach(all, c, (key, numbers) -> List.of(result.apply(key, numbers)));
  }

  private static List<Integer> modelledEach(ModelledPipeline all, Choice c,
      BiFunction<Integer, List<Integer>, List<Integer>> results) {
    Map<Integer, List<Integer>> byKey = all.expected().stream().collect(Collectors.groupingBy(n -> n % c.k()));
    return byKey.entrySet().stream().flatMap(each -> results.apply(each.getKey(), each.getValue()).stream()).toList();
  }

  /** The time of an element is the number that it is. */
  private static ModelledPipeline sessions(ModelledPipeline all, Choice c) {
    int gap = 1 + c.random().nextInt(5);
    Pipeline<Integer> sums = keyed(all, c).window(Windows.sessions(Duration.ofSeconds(gap))).sum(n -> n)
        .map(KeySteps::number);
    return all.then("sessions" + c.workers() + "(" + gap + ")", sums, modelledEach(all, c, (key, numbers) -> {
      List<Integer> sessions = new ArrayList<>();
      List<Integer> sorted = numbers.stream().sorted().toList();
      int from = 0;
      for (int i = 1; i <= sorted.size(); i++) {
        if (i < sorted.size() && sorted.get(i) - sorted.get(i - 1) < gap) continue;
        sessions.add(number(key, sorted.get(from), sum(sorted.subList(from, i))));
        from = i;
      }
      return sessions;
    })).unordered();
  }

  /** The time of an element is the number that it is. */
  private static ModelledPipeline windows(ModelledPipeline all, Choice c, int every) {
    Windows windows = every == SIZE ? Windows.tumbling(Duration.ofSeconds(SIZE))
        : Windows.sliding(Duration.ofSeconds(SIZE), Duration.ofSeconds(every));
    Pipeline<Integer> sums = keyed(all, c).window(windows).sum(n -> n).map(KeySteps::number);
    Map<List<Integer>, Integer> model = new LinkedHashMap<>();
    for (int n : all.expected()) {
      for (int start = Math.floorDiv(n, every) * every; start > n - SIZE; start -= every) {
        model.merge(List.of(n % c.k(), start), n, Integer::sum);
      }
    }
    return all.then("windows" + c.workers() + "(" + SIZE + "/" + every + ")", sums,
        model.entrySet().stream().map(each -> number(each.getKey().get(0), each.getKey().get(1), each.getValue()))
            .toList()).unordered();
  }

  private static int number(Pane<Integer, Long> pane) {
    return number(pane.key(), (int) pane.window().start().getEpochSecond(), pane.value().intValue());
  }

  /** {@return a number that shows the key, the window's start and the result} It is at least 0, as elements are. */
  private static int number(int key, int start, int sum) {
    return key * 100 + start + 10 + sum;
  }
}
