package stage.api.pipeline.plan;

import java.util.ServiceLoader;
import stage.api.lookup.ServiceLookup;
import stage.api.pipeline.Running;
import stage.api.supervision.Supervisor;

/** What plans blueprints into stages and runs them: the service between a description and the engine. */
public interface PipelineRuntime {
  /** In which language a plan is described. */
  enum Form {
    /** For people. */
    TEXT,
    /** A Mermaid flowchart. */
    MERMAID,
    /** Graphviz. */
    DOT
  }

  /**
   * Runs a job in a scope of its own. See {@link stage.api.pipeline.Job#run(String)}.
   *
   * @param job what to run
   * @param name the scope's name
   * @param <R> the result
   * @return the result
   * @throws InterruptedException if interrupted
   */
  <R> R run(Blueprint<R> job, String name) throws InterruptedException;

  /**
   * Starts a job in a scope. See {@link stage.api.pipeline.Job#start}.
   *
   * @param job what to run
   * @param scope where
   * @param name the name of the job's supervisor
   * @param <R> the result
   * @return the running job
   */
  <R> Running<R> start(Blueprint<R> job, Supervisor scope, String name);

  /**
   * {@return what a job would be planned into}
   *
   * @param job what to describe
   * @param form in which language
   */
  String describe(Blueprint<?> job, Form form);

  /**
   * Finds the runtime with {@link ServiceLoader}: with this module's own loader, else with the thread's context class
   * loader.
   *
   * @return the runtime
   * @throws IllegalStateException if there is none
   */
  static PipelineRuntime find() {
    return Found.RUNTIME.find();
  }
}

/** One instance, shared by callers with the same class loader. */
final class Found {
  static final ServiceLookup<PipelineRuntime> RUNTIME = new ServiceLookup<>(PipelineRuntime.class, "pipeline runtime");

  private Found() {}
}
