package stage.api;

/**
 * Who is told of events that were given up on.
 *
 * <p>Runs on a thread of the scope that does nothing else: the stage does not wait for it, and goes on meanwhile. It may block. Letters
 * are handled one at a time for the whole scope, those of one stage in the order in which it gave them up; so one that is slow keeps the
 * letters of all waiting, up to {@code Supervisor.DEAD_LETTER_BACKLOG} of them. What comes on top of these is not handled, but counted as
 * unhandled and logged, with the number of such lines limited. Closing the scope waits for what is queued until the shutdown time is over,
 * then interrupts; what has not been handled by then is counted as unhandled.
 */
@FunctionalInterface
public interface DeadLetterHandler {
  /**
   * The default: logs path, count and cause at {@link System.Logger.Level#WARNING}, never the event itself. Of each stage the first ten
   * letters have a line, then the hundredth, the thousandth and so on; and where stages come and go, those of a scope have ten lines at once
   * and then one a second. All letters are counted in {@link StageSnapshot#eventsDeadLettered()}.
   */
  DeadLetterHandler LOG = (letter, count) -> {
    if (isLogged(count)) {
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
   * @param count how many events this stage had given up on when it gave up this one, over all its incarnations and this one included; a
   *     number that is left out is that of a letter which was not handled
   * @throws Exception logged, with the number of such lines limited; the letter is counted as unhandled
   */
  void handle(DeadLetter letter, long count) throws Exception;
}
