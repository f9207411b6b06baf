package stage.runtime.pipeline;

import java.util.List;
import stage.api.Restart;
import stage.api.SubscriptionRefusedException;
import stage.api.pipeline.PipelineRefusedException;
import stage.api.pipeline.Running;
import stage.api.pipeline.plan.Blueprint;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.PipelineRuntime;
import stage.api.pipeline.plan.Sink;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.time.RealTime;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.time.Time;

/** Plans jobs and runs them: with real time or, on a thread of a simulation, within that. */
public final class Planner implements PipelineRuntime {
  private final Time realTime = new RealTime();

  /** For {@link java.util.ServiceLoader}. */
  public Planner() {}

  private Deployment planned(Blueprint<?> job, String name) {
    List<StagePlan> stages = laidOut(job, name);
    for (StagePlan stage : stages) ensureUnread(stage, name);
    SimulatedTime simulation = SimulatedTime.ofThisThread();
    Sink sink = job.end().sink();
    String last = sink instanceof Sink.Nothing ? "" : stages.getLast().name;   // there it would be a branch's
    JobContext context = new JobContext(simulation == null ? realTime : simulation, last, job.redelivery());
    return new Deployment(stages, job.demand(), job.redelivery(), sink, context);
  }

  /** A text that an earlier run has read would look like an empty one. */
  private static void ensureUnread(StagePlan stage, String job) {
    if (stage.kind instanceof StagePlan.Kind.Source(Origin.Text(var text, var isTaken)) && isTaken.getAndSet(true)) {
      throw new PipelineRefusedException(job, List.of(stage.site + ": its text was read by an earlier run, and a stream"
          + " of bytes can be read only once; build the pipeline again with another stream, or use lines(path), which"
          + " each run reads again"));
    }
  }

  private static List<StagePlan> laidOut(Blueprint<?> job, String name) {
    List<String> problems = Checks.of(job.end());
    if (!problems.isEmpty()) throw new PipelineRefusedException(name, problems);
    return Layout.of(job.end());
  }

  @Override
  @SuppressWarnings("unchecked")   // the signatures of Pipeline have checked it
  public <R> R run(Blueprint<R> job, String name) throws InterruptedException {
    SupervisorSpec spec = SupervisorSpec.of(name).withIntensity(job.intensity());
    Deployment deployment = planned(job, name);
    try (Supervisor scope = Supervisor.open(spec)) {
      try {
        started(deployment, scope);
        scope.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();   // so that closing cancels at once
        throw interrupted;
      } catch (StageFailedException failed) {
        boolean isCallers = Thread.currentThread().isInterrupted();
        if (isCallers && failed.getCause() instanceof InterruptedException interrupted) throw interrupted;
        throw failed;
      }
    } catch (InterruptedException interrupted) {
      Thread.interrupted();   // the exception stands for it
      throw interrupted;
    }
    return (R) deployment.result();
  }

  /** A source that fails at once may end the scope before all stages are there; then its failure is what counts. */
  private static void started(Deployment deployment, Supervisor scope) throws InterruptedException {
    try {
      deployment.start(scope, false);
    } catch (ScopeMisuseException isClosing) {
      scope.join();
      throw isClosing;
    } catch (SubscriptionRefusedException refused) {
      boolean hasFailed = refused.getCause() != null && refused.producer().startsWith(scope.name() + "/");
      if (hasFailed) scope.join();   // throws, as the scope has failed with it
      throw refused;
    }
  }

  @Override
  public <R> Running<R> start(Blueprint<R> job, Supervisor scope, String name) {
    // A supervisor that is restarted begins anew with fresh states, and a job's results would be wrong: so it is given
    // up, and join() says so. It leaves its scope when the last of its stages has ended.
    SupervisorSpec spec = SupervisorSpec.of(name).withIntensity(job.intensity()).withRestart(Restart.TEMPORARY)
        .withAutoShutdown(AutoShutdown.ALL);
    Deployment deployment = planned(job, name);
    scope.start(spec, its -> deployment.start(its, true));
    return new RunningJob<>(deployment, describe(job, Form.TEXT));
  }

  @Override
  public String describe(Blueprint<?> job, Form form) {
    return Descriptions.of(laidOut(job, "job"), job.demand(), form);
  }
}
