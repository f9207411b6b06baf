package stage.api.supervision;

/**
 * Carries what belongs to the caller's context, such as logging or tracing identifiers, onto the threads of a scope.
 *
 * <p>The context is captured once, on the thread that opens the scope, and put around each incarnation of each of its
 * stages, on the stage's own thread, at the start and at each restart. Threads of a scope inherit nothing else, but for
 * one thing that needs no capture: the context class loader of the thread that opens the scope is that of all its
 * threads, so that what looks up services or resources finds those of the application.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ContextCapture {
  /** Nothing is carried. */
  ContextCapture NONE = () -> Runnable::run;

  /**
   * Captures the context of the calling thread.
   *
   * @return what to put around each incarnation, not null
   */
  Around capture();

  /**
   * Puts a captured context around an incarnation.
   *
   * @since 0.1
   */
  @FunctionalInterface
  interface Around {
    /**
     * Runs an incarnation, from {@code onStart} to its end, within the context. Called on the stage's thread, once per
     * incarnation, for any number of stages at the same time. If this does not run the incarnation, or throws before it
     * does, the stage has failed to start. What it throws afterwards, also for trying to run the incarnation a second
     * time, changes nothing and is logged at {@code WARNING}.
     *
     * @param incarnation what to run, exactly once
     */
    void run(Runnable incarnation);
  }
}
