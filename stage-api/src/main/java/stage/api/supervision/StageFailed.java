package stage.api.supervision;

/** A stage failed, and its scope with it. The cause is what its code threw. */
public final class StageFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient String path;

  /**
   * Names the stage.
   *
   * @param path the stage's path
   * @param during what it was doing, such as {@code onEvents}
   * @param cause what its code threw
   */
  public StageFailed(String path, String during, Throwable cause) {
    super("stage " + path + " failed in " + during + ": " + cause.getClass().getName(), cause);
    this.path = path;
  }

  /** {@return the stage's path} */
  public String path() {
    return path;
  }
}
