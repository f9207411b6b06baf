package stage.api;

/**
 * Thrown when a stage was asked for something after it had ended, or ended before it could answer. Its cause is why the
 * stage failed, if it did.
 *
 * @since 0.1
 */
public final class StageEndedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final transient String path;

  /**
   * Names the stage and how it ended.
   *
   * @param path the stage's path
   * @param reason why it ended; null if it is only about to
   */
  public StageEndedException(String path, StopReason reason) {
    super("stage " + path + (reason == null ? " is ending" : " has ended: " + reason), cause(reason));
    this.path = path;
  }

  private static Throwable cause(StopReason reason) {
    // not a switch, which is linked at its first use: that may be on a full heap, and then fail for good
    if (reason instanceof StopReason.Crashed crashed) return crashed.cause();
    return reason instanceof StopReason.ProducerFailed failed ? failed.cause() : null;
  }

  /** {@return the stage's path} */
  public String path() {
    return path;
  }
}
