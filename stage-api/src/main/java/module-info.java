/**
 * Pipelines that survive crashes: each stage runs your code on a virtual thread of its own, emits only what its
 * consumers have asked for, and is restarted in place when it crashes.
 *
 * {@snippet :
 * var counts = Pipeline.of("to be or", "not to be")
 *     .flatMap(line -> List.of(line.split(" ")))
 *     .keyBy(word -> word).workers(2)
 *     .count()
 *     .collect(Collectors.toMap(KeyValue::key, KeyValue::value))
 *     .run("words");
 * }
 *
 * <p>The packages, in the order in which you will need them:
 * <ul>
 *   <li>{@link stage.api.pipeline} has ready-made steps; begin with {@link stage.api.pipeline.Pipeline}. If these are
 *       enough, you need little else.
 *   <li>{@link stage.api} has stages of your own: the contracts to implement and the methods that describe them are in
 *       {@link stage.api.Stage}.
 *   <li>{@link stage.api.supervision} has the scope in which stages run and are restarted:
 *       {@link stage.api.supervision.Supervisor}.
 *   <li>{@link stage.api.observe} says what running stages do, and why they are slow or stuck.
 * </ul>
 *
 * <p>The module requires nothing but {@code java.base}. The engine is found with {@link java.util.ServiceLoader}: put
 * the module {@code stage.runtime} on the module path (or its jar on the class path) beside this one. Its package
 * {@code stage.runtime.testkit} has what you need to test stages.
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
