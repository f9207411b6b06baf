package stage.samples.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/** The built-in flights as lines of JSON, over and over again, up to a number. */
final class FlightLines implements Iterable<String> {
  private static final String RESOURCE = "/stage/samples/flights/flights-20k.csv";

  private final List<String> lines;
  private final long count;

  private FlightLines(List<String> lines, long count) {
    this.lines = lines;
    this.count = count;
  }

  /** {@return this many flights} */
  static FlightLines of(long count) throws IOException {
    try (var in = new BufferedReader(
        new InputStreamReader(FlightLines.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
      return new FlightLines(in.lines().skip(1).map(FlightLines::json).toList(), count);
    }
  }

  private static String json(String csv) {
    String[] cell = csv.split(",");
    return "{\"date\":\"" + cell[0] + "\",\"delay\":" + cell[1] + ",\"distance\":" + cell[2] + ",\"origin\":\""
        + cell[3] + "\",\"destination\":\"" + cell[4] + "\"}\n";
  }

  @Override
  public Iterator<String> iterator() {
    return new Iterator<>() {
      private long next;

      @Override
      public boolean hasNext() {
        return next < count;
      }

      @Override
      public String next() {
        return lines.get((int) (next++ % lines.size()));
      }
    };
  }
}
