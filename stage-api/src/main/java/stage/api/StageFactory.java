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
   * @return a new instance: never null, and never one that another incarnation or stage already has
   * @throws Exception to refuse to start; the stage's start then fails with this cause
   */
  S create() throws Exception;
}
