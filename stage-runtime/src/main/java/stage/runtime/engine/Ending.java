package stage.runtime.engine;

/** How a producer ended a lane. */
sealed interface Ending {
  /** After its last event. */
  record Completed() implements Ending {}

  /**
   * The producer failed.
   *
   * @param contained whether its supervisor goes on without it, so that consumers which fail with it are no failure of the scope
   */
  record Failed(Throwable cause, boolean contained) implements Ending {}
}
