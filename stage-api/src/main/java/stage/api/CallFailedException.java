package stage.api;

import stage.api.internal.CauseText;

/**
 * Thrown to the caller when a function of {@link StageRef#call}, or a factory or {@code onStart} of
 * {@link StageRef#replace}, threw. The stage goes on.
 *
 * @since 0.1
 */
public final class CallFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient String path;

  /**
   * Names the stage and what was thrown there.
   *
   * @param path the stage's path
   * @param cause what was thrown on the stage's thread
   */
  public CallFailedException(String path, Throwable cause) {
    super("a call to stage " + path + " threw " + CauseText.of(cause) + "; the stage goes on", cause);
    this.path = path;
  }

  /**
   * Names the stage whose behaviour was to be replaced, and what was thrown there.
   *
   * @param path the stage's path
   * @param during what has failed, such as {@code onStart} or {@code the factory}
   * @param cause what was thrown on the stage's thread
   */
  public CallFailedException(String path, String during, Throwable cause) {
    super("the new behaviour of stage " + path + " failed in " + during + ": " + CauseText.of(cause)
        + "; the stage goes on", cause);
    this.path = path;
  }

  /** {@return the stage's path} */
  public String path() {
    return path;
  }
}
