package stage.pipeline.random;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import stage.api.pipeline.Pipeline;

/** Makes pipelines of steps that chance picks. */
final class RandomPipeline {
  private static final int MOST_ELEMENTS = 400;

  private static final List<RandomStep> STEPS =
      Stream.of(ElementSteps.ALL, OrderSteps.ALL, KeySteps.ALL, SeveralSteps.ALL).flatMap(List::stream).toList();

  private RandomPipeline() {}

  /** {@return a pipeline; the same for the same seed} */
  static ModelledPipeline of(Random random, int depth) {
    ModelledPipeline pipeline = source(random);
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      ModelledPipeline longer = Choice.step(pipeline, STEPS, random, depth);
      if (longer.expected().size() > MOST_ELEMENTS) break;
      pipeline = longer;
    }
    return pipeline;
  }

  private static ModelledPipeline source(Random random) {
    int size = random.nextInt(4) == 0 ? random.nextInt(3) : 5 + random.nextInt(60);
    List<Integer> numbers = random.ints(size, 0, 50).boxed().toList();
    var source = new ModelledPipeline("from(" + size + ")", Pipeline.from(numbers), numbers, true, false);
    return random.nextInt(3) == 0 ? source.timed() : source;
  }
}
