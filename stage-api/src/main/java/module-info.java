/**
 * What users of Stage write against: the contracts of a stage, the specs that describe one, the handles to running ones, and the
 * scope that holds them.
 *
 * <p>The module requires nothing but {@code java.base}. The engine is found with {@link java.util.ServiceLoader}: put the module
 * {@code stage.runtime} on the module path (or its jar on the class path) beside this one.
 */
module stage.api {
  exports stage.api;
  exports stage.api.observe;
  exports stage.api.supervision;

  uses stage.api.supervision.StageRuntime;
}
