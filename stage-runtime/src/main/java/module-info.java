/**
 * The engine: one virtual thread per stage, and the queues between them.
 *
 * <p>Put this module beside {@code stage.api}; you need not name it, since it provides the services that
 * {@code Supervisor.open} and {@code Job.run} look for. It exports a kit for tests, {@link stage.runtime.testkit}, and
 * nothing else.
 */
module stage.runtime {
  requires transitive stage.api;
  requires static java.management;
  requires static jdk.jfr;

  exports stage.runtime.observe.jmx to java.management;
  exports stage.runtime.testkit;

  uses stage.runtime.engine.Bridges;
  uses stage.runtime.supervision.Insight;

  provides stage.api.pipeline.plan.PipelineRuntime with stage.runtime.pipeline.Planner;
  provides stage.api.supervision.StageRuntime with stage.runtime.supervision.Runtime;
  provides stage.runtime.engine.Bridges with stage.runtime.flow.FlowBridges;
  provides stage.runtime.supervision.Insight with stage.runtime.observe.Insights;
}
