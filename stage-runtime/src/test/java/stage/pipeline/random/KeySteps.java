package stage.pipeline.random;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** Steps that reduce the elements of each key, or of each key and window. */
final class KeySteps {
  private static final int SIZE = 7;   // of windows, in seconds

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
      (all, c) -> all.isTimed() ? windows(all.timed(), c, SIZE) : all,
      (all, c) -> all.isTimed() ? windows(all.timed(), c, 3) : all);

  private KeySteps() {}

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(n -> n).sum();
  }

  private static Keyed<Integer, Integer> keyed(ModelledPipeline all, Choice c) {
    return all.pipeline().keyBy(n -> n % c.k()).workers(c.workers());
  }

  private static List<Integer> modelled(ModelledPipeline all, Choice c,
      BiFunction<Integer, List<Integer>, Integer> result) {
    Map<Integer, List<Integer>> byKey = all.expected().stream().collect(Collectors.groupingBy(n -> n % c.k()));
    return byKey.entrySet().stream().map(each -> result.apply(each.getKey(), each.getValue())).toList();
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
