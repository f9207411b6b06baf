package stage.samples.flights;

/**
 * Tells whether a day and time of day is one, such as {@code 2001-01-31T07:05}. Flights come mostly in order of time,
 * so the hour that was found sound last is remembered, and only the minutes are looked at if it comes again.
 */
final class DateAndTime {
  static final int LENGTH = "2001-01-31T07:05".length();

  private static final long FIRST_SIX = -1L >>> 2 * Byte.SIZE;

  private long knownStart;   // "2001-01-" as a number
  private long knownEnd;     // "31T07:"

  /** {@return whether one begins at {@code from}} There are bytes enough. */
  boolean isAt(byte[] bytes, int from) {
    long start = EightBytes.at(bytes, from);
    long end = EightBytes.at(bytes, from + Long.BYTES) & FIRST_SIX;
    if (start == knownStart && end == knownEnd) return isMinute(bytes, from + 14);
    if (!isDay(bytes, from) || bytes[from + 10] != 'T' || !isHour(bytes, from + 11) || bytes[from + 13] != ':')
      return false;
    knownStart = start;
    knownEnd = end;
    return isMinute(bytes, from + 14);
  }

  private static boolean isDay(byte[] bytes, int from) {
    if (bytes[from + 4] != '-' || bytes[from + 7] != '-') return false;
    int century = twoDigits(bytes, from);
    int yearOfCentury = twoDigits(bytes, from + 2);
    int month = twoDigits(bytes, from + 5);
    int day = twoDigits(bytes, from + 8);
    if (century < 0 || yearOfCentury < 0) return false;
    return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(100 * century + yearOfCentury, month);
  }

  private static boolean isHour(byte[] bytes, int from) {
    int hour = twoDigits(bytes, from);
    return hour >= 0 && hour <= 23;
  }

  private static boolean isMinute(byte[] bytes, int from) {
    int minute = twoDigits(bytes, from);
    return minute >= 0 && minute <= 59;
  }

  private static int daysOf(int year, int month) {
    return switch (month) {
      case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /** {@return the number that two bytes spell, or a negative one if they are not two digits} */
  private static int twoDigits(byte[] bytes, int at) {
    int tens = bytes[at] - '0';
    int ones = bytes[at + 1] - '0';
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : 10 * tens + ones;
  }
}
