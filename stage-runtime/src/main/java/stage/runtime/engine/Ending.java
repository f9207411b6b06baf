package stage.runtime.engine;

/** How a producer ended a lane. */
sealed interface Ending {
  /** After its last event. */
  record Completed() implements Ending {}

  /** The producer failed. */
  record Failed(Throwable cause) implements Ending {}
}
