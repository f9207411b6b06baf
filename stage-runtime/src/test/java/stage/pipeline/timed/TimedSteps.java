package stage.pipeline.timed;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import stage.api.pipeline.Pipeline;

/** Steps that change neither elements nor their stamps: they move the places where stages begin and turns end. */
final class TimedSteps {
  private static final List<UnaryOperator<Pipeline<TimedElement>>> IN_ORDER = List.of(
      all -> all.map(element -> element), Pipeline::async, all -> all.flatMap(List::of),
      all -> all.filter(element -> true), all -> all.mapConcurrent(3, element -> element), all -> all.buffer(3));

  private static final List<UnaryOperator<Pipeline<TimedElement>>> OUT_OF_ORDER = List.of(
      all -> all.mapConcurrentUnordered(3, element -> element), all -> all.parallel(2, part -> part.map(n -> n)),
      all -> all.mapConcurrentByKey(2, TimedElement::key, element -> element));

  private TimedSteps() {}

  /** {@return with up to two more of such steps} */
  static Pipeline<TimedElement> some(Random random, Pipeline<TimedElement> all) {
    Pipeline<TimedElement> longer = all;
    for (int i = random.nextInt(3); i > 0; i--) longer = IN_ORDER.get(random.nextInt(IN_ORDER.size())).apply(longer);
    return longer;
  }

  /** {@return with up to two more of such steps, which may bring elements out of order} */
  static Pipeline<TimedElement> any(Random random, Pipeline<TimedElement> all) {
    Pipeline<TimedElement> longer = some(random, all);
    return random.nextInt(3) > 0 ? longer : OUT_OF_ORDER.get(random.nextInt(OUT_OF_ORDER.size())).apply(longer);
  }
}
