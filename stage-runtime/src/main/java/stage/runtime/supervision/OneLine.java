package stage.runtime.supervision;

/** Makes one line of a text that others may have had a hand in: of an exception's message, for instance. */
final class OneLine {
  private static final int LONGEST = 1_024;

  private OneLine() {}

  /** {@return the text, with nothing in it that ends a line, moves a cursor or turns its direction} */
  static String of(String text) {
    if (text.length() <= LONGEST && isPlain(text)) return text;
    var line = new StringBuilder();
    int at = 0;
    while (at < text.length() && line.length() < LONGEST) {
      int codePoint = text.codePointAt(at);
      at += Character.charCount(codePoint);
      if (isPlain(codePoint)) line.appendCodePoint(codePoint);
      else line.append(escaped(codePoint));
    }
    if (at == text.length() && line.length() <= LONGEST) return line.toString();
    return line.substring(0, LONGEST - 1) + "…";
  }

  /** {@return whether there is nothing to escape} */
  static boolean isPlain(String text) {
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at)))
      if (!isPlain(text.codePointAt(at))) return false;
    return true;
  }

  private static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      // Controls, such as the ends of lines and the beginning of what a terminal obeys, and what turns the direction.
      case Character.CONTROL -> codePoint == '\t';
      case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> false;
      default -> true;
    };
  }

  private static String escaped(int codePoint) {
    return switch (codePoint) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      default -> String.format("\\u%04x", codePoint);
    };
  }
}
