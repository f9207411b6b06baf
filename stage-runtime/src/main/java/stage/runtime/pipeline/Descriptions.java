package stage.runtime.pipeline;

import java.util.List;
import stage.api.Demand;
import stage.api.pipeline.plan.PipelineRuntime;

/** Describes the stages of a job. */
final class Descriptions {
  private Descriptions() {}

  static String of(List<StagePlan> stages, Demand demand, PipelineRuntime.Form form) {
    var text = new StringBuilder();
    for (StagePlan stage : stages) text.append(stage.name).append('\n');
    return text.toString();
  }
}
