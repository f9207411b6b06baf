package stage.api;

/**
 * The cause of a crash by force: an incarnation had not ended in time, or {@link StageRef#kill()} was called.
 *
 * @since 0.1
 */
public final class StageKilledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says which stage, and why.
   *
   * @param message lower case, no full stop
   */
  public StageKilledException(String message) {
    super(message);
  }
}
