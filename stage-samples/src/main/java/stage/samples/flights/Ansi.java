package stage.samples.flights;

/** The few control sequences that a terminal is sent. */
final class Ansi {
  /** To the start of the line, and clear it. */
  static final String CLEAR_LINE = "\r\033[K";

  private Ansi() {}

  /** {@return what goes back over the last lines and clears them} */
  static String overLast(int lines) {
    return lines == 0 ? "" : "\r\033[" + lines + "A\033[J";
  }
}
