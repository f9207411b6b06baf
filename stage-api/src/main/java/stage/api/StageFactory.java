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
   * @throws Exception the start fails: the call that starts the stage throws with this cause, and at a restart it is a
   *     crash of the stage
   */
  S create() throws Exception;
}
