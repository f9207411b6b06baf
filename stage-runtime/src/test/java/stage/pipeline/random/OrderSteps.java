package stage.pipeline.random;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** Steps of one stage that need all elements, or all in their order. */
final class OrderSteps {
  private static final Duration LONG = Duration.ofHours(1);

  static final List<RandomStep> ALL = List.of(
      (all, c) -> all.then("divertTo", p -> p.divertTo(n -> n % c.k() == 0, Pipeline::count),
          m -> m.filter(n -> n % c.k() != 0)),
      ifOrdered((all, c) -> all.then("take", p -> p.take(5L * c.k()), m -> m.limit(5L * c.k()))),
      ifOrdered((all, c) -> all.then("drop", p -> p.drop(c.k()), m -> m.skip(c.k()))),
      ifOrdered((all, c) -> all.then("scan", p -> p.scan(0, OrderSteps::sum), OrderSteps::sums)),
      ifOrdered((all, c) -> all.then("takeWhile", p -> p.takeWhile(n -> n % 17 != c.k()),
          m -> m.takeWhile(n -> n % 17 != c.k()))),
      ifOrdered((all, c) -> all.then("lists", p -> p.batch(c.k()).map(Lists::shown), Lists.model(Lists.ofSize(c.k())))),
      ifOrdered((all, c) -> all.then("weighted", p -> p.batchWeighted(20 + c.k(), n -> n % 9, LONG).map(Lists::shown),
          Lists.model(numbers -> Lists.weighted(numbers, 20 + c.k(), n -> n % 9)))),
      ifOrdered((all, c) -> all.then("windows", p -> p.window(Windows.count(c.k())).toList(Bound.rows(1_000))
          .map(pane -> Lists.shown(pane.value())), Lists.model(Lists.ofSize(c.k())))),
      ifOrdered((all, c) -> all.then("distinct of the last", p -> p.distinct(n -> n % 20, c.k()),
          m -> newOfLast(m.toList(), c.k()).stream())),
      (all, c) -> all.then("distinct", p -> p.distinct(n -> n, 10_000), Stream::distinct),
      (all, c) -> all.then("throttle", p -> p.throttle(10, Duration.ofMillis(5)), m -> m),
      (all, c) -> all.then("batchWithin", p -> p.batchWithin(c.k(), Duration.ofMillis(5)).flatMap(list -> list),
          m -> m));

  private OrderSteps() {}

  private static RandomStep ifOrdered(RandomStep step) {
    return (all, c) -> all.isOrdered() ? step.after(all, c) : all;
  }

  /** A key is left out if it is one of the last that were new. */
  private static List<Integer> newOfLast(List<Integer> all, int remembered) {
    List<Integer> passed = new ArrayList<>();
    for (int n : all) {
      List<Integer> last = passed.subList(Math.max(0, passed.size() - remembered), passed.size());
      if (last.stream().noneMatch(each -> each % 20 == n % 20)) passed.add(n);
    }
    return passed;
  }

  private static int sum(int sum, int n) {
    return (sum + n) % 1_000;
  }

  private static Stream<Integer> sums(Stream<Integer> all) {
    List<Integer> numbers = all.toList();
    return IntStream.rangeClosed(1, numbers.size())
        .mapToObj(size -> numbers.subList(0, size).stream().reduce(0, OrderSteps::sum));
  }
}
