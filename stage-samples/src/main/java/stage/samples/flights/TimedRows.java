package stage.samples.flights;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes rows of a block as {@link FlightParser} does, but flights with their time. Keeps nothing that matters from
 * block to block.
 */
final class TimedRows {
  private final LineParser lines;
  private String knownMinute = "";
  private Instant knownTime;

  TimedRows(Key by) {
    lines = new LineParser(by);
  }

  List<Row> of(LineBlock block) {
    List<Row> rows = new ArrayList<>(block.lines());
    byte[] bytes = block.bytes();
    int to = block.to();
    long line = block.firstLine();
    for (int at = block.from(); at < to; line++) {
      Flight flight = lines.parse(bytes, at, to);
      if (flight != null) {
        rows.add(new TimedFlight(time(bytes, at), flight));
        at = lines.next();
      } else {
        int next = LineFeeds.endOfFirst(bytes, at, to);
        rows.add(FlightParser.reject(block, line, at, bytes[next - 1] == '\n' ? next - 1 : next));
        at = next;
      }
    }
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
