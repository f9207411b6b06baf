package stage.api;

/**
 * Makes a new behaviour for each incarnation of a stage.
 *
 * @param <S> the behaviour's type
 * @since 0.1
 */
@FunctionalInterface
public interface StageFactory<S> {
  /**
   * Makes a behaviour. Runs on the stage's own thread and may block; the call that starts the stage waits for it.
   *
   * <p>A behaviour that another stage has is refused. At a restart, that of the incarnation before is taken, with a
   * warning in the log: its fields hold what the crash has left there, so return it only if they never change, as those
   * of a lambda.
   *
   * @return a new instance: never null, and never one that another stage already has
   * @throws Exception to refuse to start; the stage's start then fails with this cause
   */
  S create() throws Exception;
}
