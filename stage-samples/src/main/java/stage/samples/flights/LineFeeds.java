package stage.samples.flights;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds and counts line feeds in bytes, eight at a time: every byte of the input passes here, and only to be numbered. */
final class LineFeeds {
  private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FEEDS = 0x0A0A0A0A0A0A0A0AL;
  private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

  private LineFeeds() {}

  /** {@return how many there are in {@code bytes} from {@code from} to {@code to}} */
  static int count(byte[] bytes, int from, int to) {
    int count = 0;
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long zeroWhereFeed = (long) EIGHT.get(bytes, at) ^ FEEDS;
      // the high bit of each byte: set unless all its bits are zero; exact, as no carry leaves a byte
      long setUnlessFeed = (zeroWhereFeed & LOW_BITS) + LOW_BITS | zeroWhereFeed | LOW_BITS;
      count += Long.bitCount(~setUnlessFeed);
    }
    for (; at < to; at++) {
      if (bytes[at] == '\n') count++;
    }
    return count;
  }

  /** {@return the index after the last one in {@code bytes} from {@code from} to {@code to}, or {@code from} if there is none} */
  static int endOfLast(byte[] bytes, int from, int to) {
    int at = to;
    while (at > from && bytes[at - 1] != '\n') at--;
    return at;
  }

  /** {@return the index after the first one in {@code bytes} from {@code from} to {@code to}, or {@code to} if there is none} */
  static int endOfFirst(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') return at + 1;
    }
    return to;
  }
}
