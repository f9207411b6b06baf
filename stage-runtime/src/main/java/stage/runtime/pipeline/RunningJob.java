package stage.runtime.pipeline;

import java.util.List;
import java.util.stream.Collectors;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.supervision.StageFailedException;

/**
 * A job that runs in somebody's scope.
 *
 * @param <R> its result
 */
final class RunningJob<R> implements Running<R> {
  private static final int MOST_SHOWN = 8;

  private final Deployment deployment;
  private final String description;

  RunningJob(Deployment deployment, String description) {
    this.deployment = deployment;
    this.description = description;
  }

  @Override
  @SuppressWarnings("unchecked")   // the signatures of Pipeline have checked it
  public R join() throws InterruptedException {
    List<StageRef<?>> stages = deployment.own();
    StageFailedException failed = null;
    for (StageRef<?> stage : stages) {
      StopReason reason = stage.join();
      if (reason instanceof StopReason.Crashed(Throwable cause)
          && failed == null) failed = new StageFailedException(stage.path(), "its life", cause);
    }
    if (failed != null) throw failed;
    return (R) deployment.result();
  }

  @Override
  public Report report() {
    return deployment.report();
  }

  @Override
  public void stop() {
    deployment.stop();
  }

  @Override
  public String describe() {
    return description;
  }

  /** {@return its stages and how each stands} */
  @Override
  public String toString() {
    List<StageRef<?>> stages = deployment.own();
    return stages.stream().limit(MOST_SHOWN).map(StageRef::toString).collect(Collectors.joining(", ", "job of ", ""))
        + (stages.size() > MOST_SHOWN ? " and " + (stages.size() - MOST_SHOWN) + " more" : "");
  }
}
