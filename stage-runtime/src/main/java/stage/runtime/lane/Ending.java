package stage.runtime.lane;

/** How a producer ended a lane. */
public sealed interface Ending {
  /**
   * After its last event.
   *
   * @param cutShort whether there might have been more, if not for a drain, of this producer or of one before it
   */
  record Completed(boolean cutShort) implements Ending {}

  /**
   * The producer failed.
   *
   * @param contained whether its supervisor goes on without it, so that consumers which fail with it are no failure of
   *     the scope
   */
  record Failed(Throwable cause, boolean contained) implements Ending {}
}
