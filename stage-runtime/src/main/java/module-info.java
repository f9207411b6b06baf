/**
 * The engine: one virtual thread per stage, and the queues between them.
 *
 * <p>Users put this module beside {@code stage.api} and need not name it: it provides the service that
 * {@code Supervisor.open} looks for. It exports a kit for tests, and nothing else.
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
