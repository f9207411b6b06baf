package stage.samples.flights;

/**
 * Parses lines from bytes, without making an object but the flight itself.
 *
 * <p>The parser only decides whether a line is a flight; one pass finds its end, its columns and whether they are
 * sound. Why a line is none is for {@link Complaint} to say, which can take its time.
 */
final class LineParser {
  /** A line beyond this is malformed, whatever is in it. */
  static final int MOST_BYTES = 1024;

  static final int MOST_CODE_LENGTH = 8;

  private static final int NOWHERE = -1;

  private final Key by;
  private final KeyCache keys = new KeyCache();
  private final DateAndTime date = new DateAndTime();
  private final WholeNumber number = new WholeNumber();

  private int next;   // where the line after the one that was parsed begins

  LineParser(Key by) {
    this.by = by;
  }

  /**
   * Parses one line.
   *
   * @param bytes where it is
   * @param from where it begins
   * @param to where the block ends: the line ends there or, before, at its line feed
   * @return the flight, or null if the line is malformed; then {@link #next} does not know where the next one begins
   */
  Flight parse(byte[] bytes, int from, int to) {
    int dateEnd = from + DateAndTime.LENGTH;
    if (dateEnd >= to || !date.isAt(bytes, from) || bytes[dateEnd] != ',') return null;
    int delayEnd = number.read(bytes, dateEnd + 1, to);
    int delay = number.value();
    if (delayEnd < 0 || delay < Delay.LEAST || delay > Delay.MOST) return null;
    int distanceEnd = number.read(bytes, delayEnd + 1, to);
    if (distanceEnd < 0 || number.value() < 0) return null;
    int origin = distanceEnd + 1;
    int originEnd = endOfCode(bytes, origin, to);
    if (originEnd < 0 || originEnd == to || bytes[originEnd] != ',') return null;
    int destination = originEnd + 1;
    int destinationEnd = endOfCode(bytes, destination, to);
    if (destinationEnd < 0 || !endsAt(bytes, destinationEnd, to)) return null;
    String key = switch (by) {
      case ORIGIN -> keys.key(bytes, origin, originEnd);
      case DESTINATION -> keys.key(bytes, destination, destinationEnd);
      case ROUTE -> keys.key(bytes, origin, destinationEnd);
      case DAY -> keys.key(bytes, from, from + 10);
      case HOUR -> keys.key(bytes, from + 11, from + 13);
    };
    return new Flight(key, delay);
  }

  /** {@return where the line after the one that was parsed begins} */
  int next() {
    return next;
  }

  /**
   * {@return where the letters and digits that begin at {@code from} end, or {@link #NOWHERE} if they are no airport's
   * code}
   */
  private static int endOfCode(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && isLetterOrDigit(bytes[at])) at++;
    return at == from || at - from > MOST_CODE_LENGTH ? NOWHERE : at;
  }

  /** {@return whether the line ends at {@code at}} Then {@link #next} is known. */
  private boolean endsAt(byte[] bytes, int at, int to) {
    int feed = at < to && bytes[at] == '\r' ? at + 1 : at;
    next = Math.min(feed + 1, to);
    return feed == to || bytes[feed] == '\n';
  }

  private static boolean isLetterOrDigit(byte b) {
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'z' || b >= '0' && b <= '9';
  }
}
