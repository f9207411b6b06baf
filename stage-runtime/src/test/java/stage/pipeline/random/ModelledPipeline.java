package stage.pipeline.random;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import stage.api.pipeline.Pipeline;

/**
 * A pipeline of numbers with its model.
 *
 * @param text how it was made
 * @param pipeline the pipeline
 * @param expected what must come of it
 * @param isOrdered whether in this order
 * @param isTimed whether its elements have times
 */
record ModelledPipeline(String text, Pipeline<Integer> pipeline, List<Integer> expected, boolean isOrdered,
    boolean isTimed) {
  /** {@return this with one more step} */
  ModelledPipeline then(String step, UnaryOperator<Pipeline<Integer>> applied, UnaryOperator<Stream<Integer>> model) {
    return then(step, applied.apply(pipeline), model.apply(expected.stream()).toList());
  }

  /** {@return this with one more step} */
  ModelledPipeline then(String step, Pipeline<Integer> pipeline, List<Integer> expected) {
    return new ModelledPipeline(text + "." + step, pipeline, expected, isOrdered, isTimed);
  }

  /** {@return this, with a promise of neither order nor times} */
  ModelledPipeline untimed() {
    return new ModelledPipeline(text, pipeline, expected, false, false);
  }

  /** {@return this without a promise of order} */
  ModelledPipeline unordered() {
    return new ModelledPipeline(text, pipeline, expected, false, isTimed);
  }

  /** {@return this, in order only if another one is, and with times only if that has some} */
  ModelledPipeline asFarAs(ModelledPipeline other) {
    return new ModelledPipeline(text, pipeline, expected, isOrdered && other.isOrdered, isTimed && other.isTimed);
  }

  /** {@return this with times, out of order by less than a bound that none is late for} */
  ModelledPipeline timed() {
    return new ModelledPipeline(text + ".eventTime", pipeline.eventTime(Instant::ofEpochSecond, Duration.ofDays(1)),
        expected, isOrdered, true);
  }
}
