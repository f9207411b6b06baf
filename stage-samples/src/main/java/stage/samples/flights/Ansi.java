package stage.samples.flights;

/** The few control sequences that a terminal is sent. */
public final class Ansi {
  /** To the start of the line, and clear it. */
  static final String CLEAR_LINE = "\r\033[K";

  private Ansi() {}

  /** {@return the text, of which a narrow terminal cuts lines off} If it wrapped them, they could not be drawn over. */
  public static String cutOff(String text) {
    return "\033[?7l" + text + "\033[?7h";
  }

  /** {@return what goes back over the last lines and clears them} */
  public static String overLast(int lines) {
    return lines == 0 ? "" : "\r\033[" + lines + "A\033[J";
  }
}
