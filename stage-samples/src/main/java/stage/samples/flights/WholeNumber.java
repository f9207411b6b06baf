package stage.samples.flights;

/**
 * Reads the whole number of a column. Its digits are looked at together: the processor cannot guess how many there will
 * be, and a loop that ends now here, now there costs more than the arithmetic.
 */
final class WholeNumber {
  /** The greatest number that is read, and with a minus the least. */
  static final int MOST = 99_999;

  /** No number, or one with more digits. */
  static final int NOWHERE = -1;

  private static final long ZEROS = 0x3030303030303030L;
  private static final int MOST_DIGITS = 5;
  private static final int MOST_DIGITS_WITH_ZEROS = 19;   // nobody writes more; a line full of zeros is damaged

  private int value;

  /** {@return the number that was read last} */
  int value() {
    return value;
  }

  /**
   * Reads the number that begins at {@code from} and ends with a comma. Answers where the comma is, or
   * {@link #NOWHERE}.
   */
  int read(byte[] bytes, int from, int to) {
    if (from + Long.BYTES > to) return readSlowly(bytes, from, to);
    long eight = EightBytes.at(bytes, from);
    int sign = (eight & 0xFF) == '-' ? 1 : 0;
    long unsigned = eight >>> sign * Byte.SIZE;
    int digits = Long.numberOfTrailingZeros(EightBytes.marksOf(',', unsigned)) / Byte.SIZE;   // 8 if there is no comma
    if (digits == 0 || digits > MOST_DIGITS) return readSlowly(bytes, from, to);
    // those after the comma go, zeros come before
    long digitValues = (unsigned ^ ZEROS) << Long.SIZE - digits * Byte.SIZE;
    if (!EightBytes.areDigitValues(digitValues)) return NOWHERE;
    value = (EightBytes.decimal(digitValues) ^ -sign) + sign;   // the negative, if sign is 1
    return from + sign + digits;
  }

  /** The same, digit by digit: near the end of a block, and for numbers with zeros before them. */
  private int readSlowly(byte[] bytes, int from, int to) {
    boolean negative = from < to && bytes[from] == '-';
    int digits = negative ? from + 1 : from;
    int at = digits;
    int number = 0;
    while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
      number = 10 * number + bytes[at++] - '0';
      if (number > MOST || at - digits > MOST_DIGITS_WITH_ZEROS) return NOWHERE;
    }
    if (at == digits || at == to || bytes[at] != ',') return NOWHERE;
    value = negative ? -number : number;
    return at;
  }
}
