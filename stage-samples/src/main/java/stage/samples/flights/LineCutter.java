package stage.samples.flights;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts one input into blocks of whole lines and numbers them.
 *
 * <p>What follows the last line feed is kept for the next block: the only bytes that are copied. A line that does not
 * fit in a block is cut off at its size and the rest of it skipped, so that memory stays flat even if the input has no
 * line feed at all; such a line is far longer than any flight and ends as a malformed one.
 */
final class LineCutter {
  private final String input;
  private byte[] buffer = new byte[LineBlock.MOST_BYTES];
  private int filled;
  private long offset;        // in the input, of the first byte in the buffer
  private long nextLine;
  private boolean skipping;   // the line being read has already been handed out, cut off

  LineCutter(String input) {
    this(input, 0, 1, false);
  }

  /** Goes on where another one left off. */
  LineCutter(String input, long offset, long nextLine, boolean inLongLine) {
    this.input = input;
    this.offset = offset;
    this.nextLine = nextLine;
    this.skipping = inLongLine;
  }

  /** {@return where in the input the next block begins} */
  long offset() {
    return offset;
  }

  /** {@return the number of the line there} */
  long line() {
    return nextLine;
  }

  /**
   * {@return whether that is in the middle of a line, of which the beginning was handed out and the rest is to be
   * skipped}
   */
  boolean isInLongLine() {
    return skipping;
  }

  /**
   * Reads on until there is a whole line, and takes what there is then, so that a slow input is seen without delay.
   *
   * @return the next block, or null at the end of the input; more may be read if it grows
   */
  LineBlock next(InputStream in) throws IOException {
    while (true) {
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) return null;
      int before = filled;
      filled += read;
      if (skipping) {
        skipRestOfLine();
        before = 0;
        if (skipping) in.mark(0);   // a pipe need not keep what was skipped
      }
      int end = LineFeeds.endOfLast(buffer, before, filled);
      if (end > before) return take(end);
      if (filled == buffer.length && !skipping) {
        skipping = true;
        return take(filled);
      }
    }
  }

  /** {@return the last line, if the input ended without a line feed; else null} Afterwards the cutter is as new. */
  LineBlock rest() {
    LineBlock rest = filled == 0 ? null : take(filled);
    skipping = false;
    nextLine = 1;
    offset = 0;
    return rest;
  }

  private void skipRestOfLine() {
    int end = LineFeeds.endOfFirst(buffer, 0, filled);
    skipping = end == 0 || buffer[end - 1] != '\n';
    System.arraycopy(buffer, end, buffer, 0, filled - end);
    filled -= end;
    offset += end;
  }

  /**
   * Hands out the first {@code end} bytes; the buffer itself if they fill it well, or else a copy, lest a slow input
   * waste memory.
   */
  private LineBlock take(int end) {
    int lines = LineFeeds.count(buffer, 0, end) + (buffer[end - 1] == '\n' ? 0 : 1);
    byte[] bytes;
    if (end > buffer.length / 2) {
      bytes = buffer;
      buffer = new byte[LineBlock.MOST_BYTES];
      System.arraycopy(bytes, end, buffer, 0, filled - end);
    } else {
      bytes = Arrays.copyOf(buffer, end);
      System.arraycopy(buffer, end, buffer, 0, filled - end);
    }
    filled -= end;
    offset += end;
    LineBlock block = new LineBlock(0, input, nextLine, lines, bytes, 0, end);
    nextLine += lines;
    return block;
  }
}
