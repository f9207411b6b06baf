package stage.pipeline.random;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import stage.api.pipeline.Pipeline;

/** Steps of one stage that need all elements, or all in their order. */
final class OrderSteps {
  static final List<RandomStep> ALL = List.of(
      (all, c) -> all.then("divertTo", p -> p.divertTo(n -> n % c.k() == 0, Pipeline::count),
          m -> m.filter(n -> n % c.k() != 0)),
      ifOrdered((all, c) -> all.then("take", p -> p.take(5L * c.k()), m -> m.limit(5L * c.k()))),
      ifOrdered((all, c) -> all.then("drop", p -> p.drop(c.k()), m -> m.skip(c.k()))),
      ifOrdered((all, c) -> all.then("scan", p -> p.scan(0, OrderSteps::sum), OrderSteps::sums)),
      (all, c) -> all.then("distinct", p -> p.distinct(n -> n, 10_000), Stream::distinct),
      (all, c) -> all.then("throttle", p -> p.throttle(10, Duration.ofMillis(5)), m -> m),
      (all, c) -> all.then("batchWithin", p -> p.batchWithin(c.k(), Duration.ofMillis(5)).flatMap(list -> list),
          m -> m));

  private OrderSteps() {}

  private static RandomStep ifOrdered(RandomStep step) {
    return (all, c) -> all.isOrdered() ? step.after(all, c) : all;
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
