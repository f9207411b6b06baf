package stage.api;

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
   */
  DeadLetterHandler LOG = letter -> {
    if (isLogged(letter.count())) {
      long count = letter.count();
      String next = count < 10 ? "" : "; the next line is for the " + count * 10 + "th";
      System.getLogger("stage." + letter.path().replace('/', '.'))
          .log(System.Logger.Level.WARNING, "dead letter " + count + " of " + letter.path() + next, letter.cause());
    }
  };

  private static boolean isLogged(long count) {
    if (count <= 10) return true;
    long rest = count;
    while (rest % 10 == 0) rest /= 10;
    return rest == 1;
  }

  /**
   * Takes a dead letter.
   *
   * @param letter the event and its cause
   * @throws Exception logged, in a limited number of lines; the letter is counted as unhandled
   */
  void handle(DeadLetter letter) throws Exception;
}
