package stage.api.pipeline;

import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.plan.Blueprint;
import stage.api.pipeline.plan.PipelineRuntime;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;

/**
 * A pipeline with its sink, ready to run. An immutable description, which any thread may use; each run of it starts
 * stages of its own.
 *
 * @param <R> its result
 * @since 0.1
 */
public final class Job<R> {
  private final Blueprint<R> blueprint;

  Job(Blueprint<R> blueprint) {
    this.blueprint = blueprint;
  }

  Blueprint<R> blueprint() {
    return blueprint;
  }

  /**
   * Runs the job under the name {@code job}, and waits for its end. See {@link #run(String)}.
   *
   * @return its result
   * @throws PipelineRefusedException as {@link #run(String)}
   * @throws stage.api.supervision.StageFailedException as {@link #run(String)}
   * @throws InterruptedException if interrupted before or while waiting; the job is cancelled
   * @throws IllegalStateException as {@link #run(String)}
   */
  public R run() throws InterruptedException {
    return run("job");
  }

  /**
   * Runs the job in a scope of its own, and waits for its end. Blocks the calling thread, which owns the scope; when
   * this returns or throws, no thread of the job is left, and everything that the job did happened before.
   *
   * <p>A stage that crashes is restarted in place, and repeats the work that it had not committed. When a stage is
   * given up, the others are drained, and this throws. If the caller is interrupted, the job is cancelled.
   *
   * @param name the scope's name: 1–64 of {@code [A-Za-z0-9._-]}
   * @return its result
   * @throws PipelineRefusedException if the description cannot be run as it is; nothing was started
   * @throws stage.api.supervision.StageFailedException if a stage was given up; with the crashes
   * @throws InterruptedException if interrupted before or while waiting; the job is cancelled
   * @throws stage.api.supervision.StragglersException if code of a step did not end after it was interrupted, so that a
   *     thread is left
   * @throws IllegalArgumentException if the name is not valid
   * @throws IllegalStateException if there is no runtime: the jar {@code stage-runtime} is missing
   */
  public R run(String name) throws InterruptedException {
    Names.checked(name);
    return PipelineRuntime.find().run(blueprint, name);
  }

  /**
   * Starts the job as a child of a scope, and returns when its stages have started, without waiting for its end. Any
   * thread. The job leaves the scope when the last of its stages has ended, and its name can be used again; the
   * returned {@code Running} keeps its result.
   *
   * <p>Join it before the scope closes: closing stops the sources, and the result then covers only what they have sent.
   *
   * @param scope the supervisor that gets one more child
   * @param name the name of the supervisor that holds its stages, unique in the scope: 1–64 of {@code [A-Za-z0-9._-]}
   * @return the running job
   * @throws PipelineRefusedException if the description cannot be run as it is; nothing was started
   * @throws stage.api.supervision.StageFailedException if a stage could not be started; none of the job's is left then,
   *     and the scope goes on
   * @throws stage.api.supervision.ScopeMisuseException if the scope is closed or closing, or the name is taken
   * @throws IllegalArgumentException if the name is not valid
   * @throws IllegalStateException if there is no runtime: the jar {@code stage-runtime} is missing
   */
  public Running<R> start(Supervisor scope, String name) {
    Arguments.notNull("scope", scope);
    Names.checked(name);
    return PipelineRuntime.find().start(blueprint, scope, name);
  }

  /**
   * {@return a copy whose stages ask for this much at a time} By default 1000/500, and 4000/2000 for reducers by key,
   * for workers that share keys, and for the stage before these. Results never depend on it.
   *
   * @param demand how much each stage asks for; automatic
   * @throws IllegalArgumentException if {@code demand} is manual
   */
  public Job<R> withDemand(Demand demand) {
    Arguments.notNull("demand", demand, "; use Demand.max(n)");
    if (demand.isManual()) {
      throw Arguments.refused("the stages of a job ask by themselves, so demand must not be " + demand
          + "; use Demand.max(n)");
    }
    return new Job<>(blueprint.withDemand(demand));
  }

  /**
   * {@return a copy whose stages may be restarted this often} By default 3 times in 5 seconds, all together. A step
   * that throws restarts nothing; crashes come from {@code Error}s, stages of your own, and sources.
   *
   * @param intensity how many restarts in which time; one more ends the job
   */
  public Job<R> withIntensity(Intensity intensity) {
    Arguments.notNull("intensity", intensity, "; use Intensity.none() for no restarts");
    return new Job<>(blueprint.withIntensity(intensity));
  }

  /**
   * {@return a copy in which the batch of a crashed stage is delivered again this often} By default twice. For steps
   * that throw see {@link OnFailure}. A stage of your own keeps the setting of its spec.
   *
   * @param redelivery what happens to the batch in hand
   */
  public Job<R> withRedelivery(Redelivery redelivery) {
    Arguments.notNull("redelivery", redelivery, "; use Redelivery.none() to drop the batch");
    return new Job<>(blueprint.withRedelivery(redelivery));
  }

  /**
   * {@return how the job would run: a line for each stage, with its steps, workers, order, time, failure policy and
   * bounds, and a note wherever the order of arrival or the clock can change a result}
   *
   * @throws PipelineRefusedException if the description cannot be run as it is
   */
  public String describe() {
    return PipelineRuntime.find().describe(blueprint, PipelineRuntime.Form.TEXT);
  }

  /**
   * {@return the graph of its stages as a Mermaid flowchart}
   *
   * @throws PipelineRefusedException if the description cannot be run as it is
   */
  public String toMermaid() {
    return PipelineRuntime.find().describe(blueprint, PipelineRuntime.Form.MERMAID);
  }

  /**
   * {@return the graph of its stages in Graphviz's language, DOT}
   *
   * @throws PipelineRefusedException if the description cannot be run as it is
   */
  public String toDot() {
    return PipelineRuntime.find().describe(blueprint, PipelineRuntime.Form.DOT);
  }

  /** {@return where it ends, for a log: {@link #describe} has all of it} */
  @Override
  public String toString() {
    return "job up to " + blueprint.end().site();
  }
}
