package stage.pipeline.random;

import java.util.List;
import java.util.Random;

/**
 * What chance has decided about a step.
 *
 * @param random decides on the rest
 * @param depth how deep pipelines within it may be nested
 * @param k a small number, for what needs one
 * @param workers how many
 */
record Choice(Random random, int depth, int k, int workers) {
  static Choice of(Random random, int depth) {
    return new Choice(random, depth, 2 + random.nextInt(7), 1 + random.nextInt(8));
  }

  /** {@return a pipeline with one more step, any of these} */
  static ModelledPipeline step(ModelledPipeline before, List<RandomStep> steps, Random random, int depth) {
    return steps.get(random.nextInt(steps.size())).after(before, of(random, depth));
  }
}
