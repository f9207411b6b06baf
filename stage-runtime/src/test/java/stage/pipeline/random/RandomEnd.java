package stage.pipeline.random;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import stage.api.pipeline.Job;

/**
 * What all that comes of a pipeline is made into at last.
 *
 * @param text what it is
 * @param job comes to it
 * @param expected what that must be
 * @param isInAnyOrder whether it is a list whose order does not matter
 */
record RandomEnd(String text, Job<?> job, Object expected, boolean isInAnyOrder) {
  private static final Comparator<Integer> ORDER = Comparator.naturalOrder();

  static RandomEnd of(Random random, ModelledPipeline all) {
    List<Integer> expected = all.expected();
    return switch (random.nextInt(10)) {
      case 0 -> of("count", all.pipeline().count(), (long) expected.size());
      case 1 -> of("topK", all.pipeline().topK(3, ORDER),
          expected.stream().sorted(ORDER.reversed()).limit(3).toList());
      case 2 -> of("collect", all.pipeline().collect(Collectors.summingInt(n -> n)), sum(expected));
      case 3 -> of("reduce", all.pipeline().reduce(0, Integer::sum), sum(expected));
      default -> new RandomEnd("toList", all.pipeline().toList(),
          all.isOrdered() ? expected : expected.stream().sorted().toList(), !all.isOrdered());
    };
  }

  private static RandomEnd of(String text, Job<?> job, Object expected) {
    return new RandomEnd(text, job, expected, false);
  }

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(n -> n).sum();
  }

  Object shown(Object result) {
    return isInAnyOrder ? ((List<?>) result).stream().sorted().toList() : result;
  }
}
