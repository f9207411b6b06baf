package stage.api;

/** Who is told of events that were given up on. */
@FunctionalInterface
public interface DeadLetterHandler {
  /** The default: logs path, count and cause at {@link System.Logger.Level#WARNING}, never the event itself. */
  DeadLetterHandler LOG = (letter, count) -> System.getLogger("stage." + letter.path().replace('/', '.')).log(
      System.Logger.Level.WARNING, "dead letter " + count + " of " + letter.path(), letter.cause());

  /**
   * Takes a dead letter. Runs on the stage's own thread; the stage waits for it.
   *
   * @param letter the event and its cause
   * @param count how many dead letters this stage has had, this one included
   * @throws Exception logged; the letter stays counted
   */
  void handle(DeadLetter letter, long count) throws Exception;
}
