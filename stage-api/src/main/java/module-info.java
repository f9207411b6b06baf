/**
 * What users of Stage write against: the contracts of a stage, the specs that describe one, the handles to running
 * ones, and the scope that holds them.
 *
 * <p>The module requires nothing but {@code java.base}. The engine is found with {@link java.util.ServiceLoader}: put
 * the module {@code stage.runtime} on the module path (or its jar on the class path) beside this one.
 */
@SuppressWarnings("module")   // stage.runtime is not there when this is compiled
module stage.api {
  exports stage.api;
  exports stage.api.internal to stage.runtime;
  exports stage.api.observe;
  exports stage.api.pipeline;
  exports stage.api.pipeline.plan to stage.runtime;
  exports stage.api.supervision;

  uses stage.api.pipeline.plan.PipelineRuntime;
  uses stage.api.supervision.StageRuntime;
}
