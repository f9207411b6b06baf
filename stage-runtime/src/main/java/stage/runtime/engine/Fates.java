package stage.runtime.engine;

/** Where events go that are not handled. Each is counted. The cell's thread only. */
interface Fates {
  /**
   * Gives up on an event, and tells the stage's handler.
   *
   * @param event which
   * @param cause why
   * @param attempts how often it was tried
   * @param where the path of the stage, or of what is within it
   */
  void deadLetter(Object event, Throwable cause, int attempts, String where);

  /**
   * Tells of events that were dropped, and have been counted.
   *
   * @param events how many
   * @param why in a few words
   */
  void dropped(long events, String why);
}
