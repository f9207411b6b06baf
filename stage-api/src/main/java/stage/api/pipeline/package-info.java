/**
 * Pipelines: a {@code Pipeline<T>} describes where elements come from, what is done with them, and where they go. A
 * {@link stage.api.pipeline.Job} is a pipeline with its sink, and a {@link stage.api.pipeline.Report} says what
 * happened to every element.
 *
 * <p>Everything here is an immutable description. Nothing runs before {@link stage.api.pipeline.Job#run}, which plans
 * it into stages: one thread for each run of steps, with demand between them, restarted in place, and exact across
 * crashes. What is done to one element happens before what is done to its results; a result that {@code run} or
 * {@code join} returns happens after everything that the job did.
 */
package stage.api.pipeline;
