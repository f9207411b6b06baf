package stage.api;

/** A stage's incarnation was ended by force: it had not ended in time, or {@link StageRef#kill()} asked for it. */
public final class StageKilled extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says which stage, and why.
   *
   * @param message lower case, no full stop
   */
  public StageKilled(String message) {
    super(message);
  }
}
