package stage.api;

import stage.api.internal.DeadLetterLine;

/**
 * Handles events that a stage has given up on.
 *
 * <p>Runs on a thread of the scope that does nothing else; it may block, and no stage waits for it. Letters are handled
 * one at a time for the whole scope, those of one stage in the order in which it gave them up. So a slow handler keeps
 * the letters of all stages waiting, up to {@code Supervisor.DEAD_LETTER_BACKLOG} of them. Any beyond that are not
 * handled, but counted as unhandled and logged, in a limited number of lines. Closing the scope waits for queued
 * letters until the shutdown time is over, then interrupts; what has not been handled by then is counted as unhandled.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface DeadLetterHandler {
  /**
   * The default: logs path, count and cause at {@link System.Logger.Level#WARNING}, never the event itself. The first
   * ten letters of each stage get a line, then the hundredth, the thousandth and so on; a whole scope gets at most ten
   * lines at once and then one a second. All letters are counted in {@link StageSnapshot#eventsDeadLettered()}.
   *
   * <p>The logger is named for the stage, as {@code stage.shop.orders}. A stack trace that a line about a crash has
   * shown already is not repeated.
   */
  DeadLetterHandler LOG = letter -> {
    String line = DeadLetterLine.of(letter.path(), letter.count());
    if (!line.isEmpty()) {
      System.getLogger("stage." + letter.path().replace('/', '.')).log(System.Logger.Level.WARNING, line,
          letter.cause());
    }
  };

  /**
   * Takes a dead letter.
   *
   * @param letter the event and its cause
   * @throws Exception logged, in a limited number of lines; the letter is counted as unhandled
   */
  void handle(DeadLetter letter) throws Exception;
}
