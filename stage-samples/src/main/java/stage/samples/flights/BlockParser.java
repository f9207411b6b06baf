package stage.samples.flights;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Makes rows of a block as {@link FlightParser} does, but as a step: a function that any number of workers may share.
 * Each of their threads has a parser of its own, since a parser remembers keys. It may be lost at any time. Flights of
 * the same key go together, unless each is to have its time.
 */
final class BlockParser {
  /** Windows reach over a hundred years: a flight beyond that is a mistake, and would make all others late. */
  static final Instant FIRST = Instant.parse("1950-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("2050-01-01T00:00:00Z");
  private static final String OUT_OF_REACH = "with --window, date must be from the year 1950 to 2049, but is \"";

  private final Supplier<Parsing> ofThread;

  /**
   * Parses for one grouping.
   *
   * @param by what to group by
   * @param isTimed whether flights are to have their time of departure
   */
  BlockParser(Key by, boolean isTimed) {
    ThreadLocal<Parsing> parsings = ThreadLocal.withInitial(() -> new Parsing(new LineParser(by), isTimed));
    ofThread = parsings::get;
  }

  /** {@return a row for each line} Any thread. */
  List<Row> rows(LineBlock block) {
    return ofThread.get().rows(block);
  }

  private static final class Parsing {
    private final LineParser lines;
    private final boolean isTimed;
    private String knownMinute = "";
    private Instant knownTime;

    Parsing(LineParser lines, boolean isTimed) {
      this.lines = lines;
      this.isTimed = isTimed;
    }

    List<Row> rows(LineBlock block) {
      List<Row> rows = new ArrayList<>(isTimed ? block.lines() : 16);
      Map<String, Minutes> byKey = new HashMap<>();
      byte[] bytes = block.bytes();
      int to = block.to();
      long line = block.firstLine();
      for (int at = block.from(); at < to; line++) {
        Flight flight = lines.parse(bytes, at, to);
        int next = flight != null ? lines.next() : LineFeeds.endOfFirst(bytes, at, to);
        int end = bytes[next - 1] == '\n' ? next - 1 : next;
        if (flight == null) {
          rows.add(FlightParser.reject(block, line, at, end));
        } else if (!isTimed) {
          byKey.computeIfAbsent(flight.key(), key -> new Minutes()).add(flight.delay());
        } else {
          Instant time = time(bytes, at);
          boolean isInReach = !time.isBefore(FIRST) && time.isBefore(LAST);
          rows.add(isInReach ? new TimedFlight(time, flight) : FlightParser.reject(block, line, at, end,
              OUT_OF_REACH + time.toString().substring(0, "2001-01-31T07:05".length()) + '"'));
        }
        at = next;
      }
      byKey.forEach((key, minutes) -> rows.add(new FlightDelays(key, minutes.all())));
      return rows;
    }

    /** Flights come mostly in order, so many have the minute of the one before. */
    private Instant time(byte[] bytes, int at) {
      String minute = new String(bytes, at, DateAndTime.LENGTH, StandardCharsets.ISO_8859_1);
      if (!minute.equals(knownMinute)) {
        knownTime = LocalDateTime.parse(minute).toInstant(ZoneOffset.UTC);
        knownMinute = minute;
      }
      return knownTime;
    }
  }

  /** Delays of one key. */
  private static final class Minutes {
    private int[] values = new int[4];
    private int count;

    void add(int delay) {
      if (count == values.length) values = Arrays.copyOf(values, 2 * count);
      values[count++] = delay;
    }

    int[] all() {
      return Arrays.copyOf(values, count);
    }
  }
}
