package stage.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The tables of planted bugs in docs/testing-the-engine.md, written by searches. */
final class MutantsTable {
  static final int NEVER = Integer.MAX_VALUE;

  private static final Path DOCUMENT = Path.of("..", "docs", "testing-the-engine.md");

  private MutantsTable() {}

  /**
   * How soon a planted bug was found.
   *
   * @param name the bug
   * @param median how many seeds it took, in the middle one of the series
   * @param max how many it took at the most; {@link #NEVER} if a series did not find it
   */
  record Row(String name, int median, int max) {
    @Override
    public String toString() {
      return "| %s | %s | %s |".formatted(name, text(median), text(max));
    }

    private static String text(int seeds) {
      return seeds == NEVER ? "never" : Integer.toString(seeds);
    }
  }

  /** Puts rows in place of those that the document has. */
  static void write(List<Row> rows) throws IOException {
    replace("planted bugs", "| planted bug | median | max |\n|---|---|---|", rows);
  }

  /** As {@link #write}, of the faults of old: each line is a row. */
  static void writeFaultsOfOld(List<String> rows) throws IOException {
    replace("faults of old", "| fault of old | seeds |\n|---|---|", rows);
  }

  private static void replace(String name, String head, List<?> rows) throws IOException {
    String document = Files.readString(DOCUMENT);
    var table = new StringBuilder(head).append('\n');
    for (Object row : rows) table.append(row).append('\n');
    String begin = "<!-- " + name + ": begin -->\n";
    int from = document.indexOf(begin) + begin.length();
    int to = document.indexOf("<!-- " + name + ": end -->");
    Files.writeString(DOCUMENT, document.substring(0, from) + table + document.substring(to));
  }
}
