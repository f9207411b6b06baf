package stage.pipeline.random;

/** A step that may follow any pipeline. Where it has no place, it answers the pipeline as it was. */
@FunctionalInterface
interface RandomStep {
  /** {@return the pipeline with this step} */
  ModelledPipeline after(ModelledPipeline before, Choice choice);
}
