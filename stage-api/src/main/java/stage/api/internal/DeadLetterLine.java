package stage.api.internal;

/** The line that the default handler of dead letters logs, for those that get one. */
public final class DeadLetterLine {
  private static final int ALL_UP_TO = 10;

  private DeadLetterLine() {}

  /**
   * {@return the line about a letter; empty if it gets none} The first ten of a stage do, then the hundredth, the
   * thousandth and so on.
   *
   * @param path the stage
   * @param count how many letters it has had, with this one
   */
  public static String of(String path, long count) {
    if (!isLogged(count)) return "";
    String next = count < ALL_UP_TO ? "" : "; the next line is for the " + count * 10 + "th";
    return "dead letter " + count + " of " + path + next;
  }

  private static boolean isLogged(long count) {
    if (count <= ALL_UP_TO) return true;
    long rest = count;
    while (rest % 10 == 0) rest /= 10;
    return rest == 1;
  }
}
