package stage.api;

/**
 * What {@link StageRef#call} runs on a stage's own thread.
 *
 * @param <S> the behaviour's type
 * @param <R> the answer's type
 * @since 0.1
 */
@FunctionalInterface
public interface StageFunction<S, R> {
  /**
   * Runs as a turn of the stage, with its current behaviour.
   *
   * @param stage the current behaviour
   * @return the answer for the caller; may be null
   * @throws Exception handed to the caller as the cause of {@link CallFailedException}; the stage goes on
   */
  R apply(S stage) throws Exception;
}
