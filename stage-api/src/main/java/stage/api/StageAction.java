package stage.api;

/**
 * What {@link StageRef#cast} runs on a stage's own thread.
 *
 * @param <S> the behaviour's type
 * @since 0.1
 */
@FunctionalInterface
public interface StageAction<S> {
  /**
   * Runs as a turn of the stage, with its current behaviour.
   *
   * @param stage the current behaviour
   * @throws Exception a crash of the stage, since no caller waits for the result
   */
  void accept(S stage) throws Exception;
}
