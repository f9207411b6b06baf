package stage.api;

/**
 * What a timer of a stage runs, as a turn on the stage's own thread.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface TimerAction {
  /**
   * Runs as a turn of the stage.
   *
   * @throws Exception a crash of the stage; what this turn emitted is discarded
   */
  void run() throws Exception;
}
