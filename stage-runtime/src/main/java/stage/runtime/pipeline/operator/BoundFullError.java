package stage.runtime.pipeline.operator;

/**
 * What a step may remember is full, and its bound says that the stage is to crash then. An error, because no policy of
 * a step may settle it.
 */
public final class BoundFullError extends Error {
  private static final long serialVersionUID = 1;

  /**
   * Makes one.
   *
   * @param message what is full
   */
  public BoundFullError(String message) {
    super(message);
  }
}
