package stage.samples.flights;

import java.nio.charset.StandardCharsets;

/**
 * Foreign text as it may be shown to a person: short, on one line, and harmless to a terminal. What is read from a file
 * may hold escape sequences, so no control or format character gets through.
 */
public final class Quoted {
  private static final int LONGEST = 40;

  private Quoted() {}

  /** {@return the bytes from {@code from} to {@code to} in quotation marks, cut after 40} */
  public static String bytes(byte[] bytes, int from, int to) {
    int end = Math.min(to, from + LONGEST);
    String text = new String(bytes, from, end - from, StandardCharsets.UTF_8);
    return '"' + plain(text) + (end < to ? "…\"" : "\"");
  }

  /** {@return the text with every control and format character replaced by {@code ?}} */
  public static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(plain::appendCodePoint);
    return plain.toString();
  }
}
