package stage.samples.flights;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of text as one number, the first in its lowest bits: so a few instructions look at all of them, without a
 * branch for each.
 */
final class EightBytes {
  private static final VarHandle VIEW = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private EightBytes() {}

  /** {@return the eight bytes from {@code from} on} */
  static long at(byte[] bytes, int from) {
    return (long) VIEW.get(bytes, from);
  }

  /** {@return a number with the high bit of each byte that is {@code wanted}, and no other bit} */
  static long marksOf(char wanted, long eight) {
    long zeroWhereWanted = eight ^ wanted * ONES;
    long setUnlessZero = (zeroWhereWanted & ~HIGH_BITS) + ~HIGH_BITS | zeroWhereWanted;   // no carry leaves a byte
    return ~setUnlessZero & HIGH_BITS;
  }

  /** {@return whether each byte is from 0 to 9} */
  static boolean areDigitValues(long eight) {
    // 10 + 0x76 has the high bit; what could carry has it already
    return ((eight + 0x76 * ONES | eight) & HIGH_BITS) == 0;
  }

  /** {@return the decimal number whose digit values these are, the first the most significant} */
  static int decimal(long eight) {
    // tens and ones to pairs, pairs to fours, fours to the whole: three multiplications for eight digits
    long pairs = eight * 10 + (eight >>> 8);
    long even = pairs & 0x000000FF000000FFL;
    long odd = pairs >>> 16 & 0x000000FF000000FFL;
    return (int) (even * (100 + (1_000_000L << 32)) + odd * (1 + (10_000L << 32)) >>> 32);
  }
}
