package stage.samples.flights;

/**
 * Parses lines from bytes, without making an object but the flight itself.
 *
 * <p>The parser only decides whether a line is a flight; one pass finds its end, its columns and whether they are sound. Why a line is none
 * is for {@link Complaint} to say, which can take its time.
 */
final class LineParser {
  /** A line beyond this is malformed, whatever is in it. */
  static final int MOST_BYTES = 1024;

  static final int DATE_LENGTH = "2001-01-31T07:05".length();
  static final int LONGEST_CODE = 8;
  static final int MOST_DISTANCE = 99_999;
  private static final int NO_NUMBER = Integer.MIN_VALUE;

  private final Key by;
  private final KeyCache keys = new KeyCache();

  private int at;   // the byte to look at next

  LineParser(Key by) {
    this.by = by;
  }

  /**
   * Parses one line.
   *
   * @param bytes where it is
   * @param from where it begins
   * @param to where the block ends: the line ends there or, before, at its line feed
   * @return the flight, or null if the line is malformed; then {@link #next} is not told
   */
  Flight parse(byte[] bytes, int from, int to) {
    if (to - from <= DATE_LENGTH || !isDateAndTime(bytes, from) || bytes[from + DATE_LENGTH] != ',') return null;
    at = from + DATE_LENGTH + 1;
    int delay = number(bytes, to, Delay.MOST);
    if (delay < Delay.LEAST || !isAtComma(bytes, to)) return null;
    at++;
    int distance = number(bytes, to, MOST_DISTANCE);
    if (distance < 0 || !isAtComma(bytes, to)) return null;
    int origin = ++at;
    skipCode(bytes, to);
    if (at == origin || !isAtComma(bytes, to)) return null;
    int originEnd = at;
    int destination = ++at;
    skipCode(bytes, to);
    int end = at;
    if (end == destination || !isAtEnd(bytes, to)) return null;
    String key = switch (by) {
      case ORIGIN -> keys.key(bytes, origin, originEnd);
      case DESTINATION -> keys.key(bytes, destination, end);
      case ROUTE -> keys.key(bytes, origin, end);
      case DAY -> keys.key(bytes, from, from + 10);
      case HOUR -> keys.key(bytes, from + 11, from + 13);
    };
    return new Flight(key, delay);
  }

  /** {@return where the line after the one that was parsed begins} */
  int next() {
    return at;
  }

  /** {@return the whole number here, or {@link #NO_NUMBER}} Moves behind it. */
  private int number(byte[] bytes, int to, int most) {
    boolean negative = at < to && bytes[at] == '-';
    if (negative) at++;
    int digits = at;
    int number = 0;
    while (at < to && isDigit(bytes[at])) {
      number = 10 * number + bytes[at++] - '0';
      if (number > MOST_DISTANCE) return NO_NUMBER;
    }
    if (at == digits || number > most) return NO_NUMBER;
    return negative ? -number : number;
  }

  /** Moves behind the letters and digits here, so far as they can be an airport's code. */
  private void skipCode(byte[] bytes, int to) {
    int end = Math.min(to, at + LONGEST_CODE);
    while (at < end && isLetterOrDigit(bytes[at])) at++;
  }

  private boolean isAtComma(byte[] bytes, int to) {
    return at < to && bytes[at] == ',';
  }

  /** {@return whether the line ends here} Moves behind its end. */
  private boolean isAtEnd(byte[] bytes, int to) {
    if (at < to && bytes[at] == '\r') at++;
    if (at == to) return true;
    return bytes[at++] == '\n';
  }

  /** {@return whether a date and time of day begins at {@code from}} There are bytes enough. */
  static boolean isDateAndTime(byte[] bytes, int from) {
    if (bytes[from + 4] != '-' || bytes[from + 7] != '-' || bytes[from + 10] != 'T' || bytes[from + 13] != ':') return false;
    int century = twoDigits(bytes, from);
    int yearInCentury = twoDigits(bytes, from + 2);
    int month = twoDigits(bytes, from + 5);
    int day = twoDigits(bytes, from + 8);
    int hour = twoDigits(bytes, from + 11);
    int minute = twoDigits(bytes, from + 14);
    // a pair that is not two digits is -1, and a single negative number makes the whole negative
    if ((century | yearInCentury | hour | minute) < 0 || hour > 23 || minute > 59) return false;
    return month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysOf(100 * century + yearInCentury, month));
  }

  private static int daysOf(int year, int month) {
    return switch (month) {
      case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  private static int twoDigits(byte[] bytes, int at) {
    byte tens = bytes[at];
    byte ones = bytes[at + 1];
    return isDigit(tens) && isDigit(ones) ? 10 * (tens - '0') + ones - '0' : -1;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isLetterOrDigit(byte b) {
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'z' || isDigit(b);
  }
}
