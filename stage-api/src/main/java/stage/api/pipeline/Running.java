package stage.api.pipeline;

/**
 * A job that runs in a scope. Any thread may use it.
 *
 * @param <R> its result
 * @since 0.1
 */
public interface Running<R> {
  /**
   * Waits until the job has ended. Any thread but the job's own.
   *
   * @return its result
   * @throws stage.api.supervision.StageFailedException if a stage of it was given up; with the crashes
   * @throws java.util.concurrent.CancellationException if it was stopped before it had a result; a job whose result is
   *     a report always has one
   * @throws InterruptedException if interrupted while waiting; the job goes on
   */
  R join() throws InterruptedException;

  /** {@return what has become of its elements so far} Any thread; never waits. Exact when the job has ended. */
  Report report();

  /**
   * Begins to stop: sources get no more demand, and everything in flight is handled. Windows that might have got more
   * are marked {@link Pane.Kind#CUT}. Returns at once. Any thread.
   */
  void stop();

  /** {@return the job as it was planned: a line for each stage, as {@link Job#describe()}} Never waits. */
  String describe();
}
