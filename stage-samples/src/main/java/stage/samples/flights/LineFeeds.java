package stage.samples.flights;

/**
 * Finds and counts line feeds in bytes. Every byte of the input is looked at here, and only to number the lines: so
 * eight at a time.
 */
final class LineFeeds {
  private LineFeeds() {}

  /** {@return how many there are in {@code bytes} from {@code from} to {@code to}} */
  static int count(byte[] bytes, int from, int to) {
    int count = 0;
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES)
      count += Long.bitCount(EightBytes.marksOf('\n', EightBytes.at(bytes, at)));
    for (; at < to; at++) {
      if (bytes[at] == '\n') count++;
    }
    return count;
  }

  /**
   * {@return the index after the last one in {@code bytes} from {@code from} to {@code to}, or {@code from} if there is
   * none}
   */
  static int endOfLast(byte[] bytes, int from, int to) {
    int at = to;
    while (at > from && bytes[at - 1] != '\n') at--;
    return at;
  }

  /**
   * {@return the index after the first one in {@code bytes} from {@code from} to {@code to}, or {@code to} if there is
   * none}
   */
  static int endOfFirst(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') return at + 1;
    }
    return to;
  }
}
