package stage.samples.flights;

import java.nio.charset.StandardCharsets;

/**
 * Turns the bytes of a key into a string, the same string for the same bytes: a million rows have a few hundred keys,
 * and need no string of their own each.
 *
 * <p>A key has at most sixteen bytes or is not cached; so it is told from others by two numbers, its first and its last
 * eight bytes. They are kept in an open-addressing table. Once that is half full, further keys get fresh strings, so
 * that it stays small.
 */
final class KeyCache {
  private static final int SLOT_BITS = 14;
  private static final int SLOTS = 1 << SLOT_BITS;
  private static final int MOST_KEYS = SLOTS / 2;

  private final long[] firstBytes = new long[SLOTS];
  private final long[] lastBytes = new long[SLOTS];
  private final String[] keys = new String[SLOTS];
  private int count;

  /**
   * {@return the key whose text is {@code bytes} from {@code from} to {@code to}, not empty, with {@code -} for a
   * comma}
   */
  String key(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length > 2 * Long.BYTES) return text(bytes, from, to);
    long first = upToEight(bytes, from, Math.min(length, Long.BYTES));
    long last = length <= Long.BYTES ? 0 : upToEight(bytes, from + Long.BYTES, length - Long.BYTES);
    long mixed = (first ^ Long.rotateLeft(last, 29)) * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> Long.SIZE - SLOT_BITS);
    while (keys[slot] != null) {
      if (firstBytes[slot] == first && lastBytes[slot] == last) return keys[slot];
      slot = slot + 1 & SLOTS - 1;
    }
    String key = text(bytes, from, to);
    if (count < MOST_KEYS) {
      count++;
      firstBytes[slot] = first;
      lastBytes[slot] = last;
      keys[slot] = key;
    }
    return key;
  }

  /** {@return 1 to 8 bytes as a number, the missing ones 0} No key has a byte 0, so keys of different length differ. */
  private static long upToEight(byte[] bytes, int from, int length) {
    if (from + Long.BYTES <= bytes.length) return EightBytes.at(bytes, from) & -1L >>> Long.SIZE - 8 * length;
    long number = 0;
    for (int i = length - 1; i >= 0; i--) number = number << 8 | bytes[from + i];
    return number;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII).replace(',', '-');
  }
}
