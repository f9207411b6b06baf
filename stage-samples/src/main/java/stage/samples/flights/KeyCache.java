package stage.samples.flights;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns the bytes of a key into a string, the same string for the same bytes: a million rows have a few hundred keys, and need no
 * string of their own each. An open-addressing table; once it is full, further keys get fresh strings, so that it stays small.
 */
final class KeyCache {
  private static final int SLOTS = 1 << 14;
  private static final int MOST_KEYS = SLOTS / 2;

  private final byte[][] bytesOf = new byte[SLOTS][];
  private final String[] keyOf = new String[SLOTS];
  private int keys;

  /** {@return the key whose text is {@code bytes} from {@code from} to {@code to}, with {@code -} for a comma} */
  String key(byte[] bytes, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) hash = 31 * hash + bytes[i];
    int slot = hash * 0x9E3779B9 >>> 32 - 14;
    while (true) {
      byte[] known = bytesOf[slot];
      if (known == null) break;
      if (Arrays.equals(known, 0, known.length, bytes, from, to)) return keyOf[slot];
      slot = slot + 1 & SLOTS - 1;
    }
    String key = new String(bytes, from, to - from, StandardCharsets.US_ASCII).replace(',', '-');
    if (keys < MOST_KEYS) {
      keys++;
      bytesOf[slot] = Arrays.copyOfRange(bytes, from, to);
      keyOf[slot] = key;
    }
    return key;
  }
}
