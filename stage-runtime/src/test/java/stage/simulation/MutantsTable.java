package stage.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The table of planted bugs in docs/testing-the-engine.md: written by a search, read by a test. */
final class MutantsTable {
  static final int NEVER = Integer.MAX_VALUE;

  private static final Path DOCUMENT = Path.of("..", "docs", "testing-the-engine.md");
  private static final String BEGIN = "<!-- planted bugs: begin -->";
  private static final String END = "<!-- planted bugs: end -->";

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
    String document = Files.readString(DOCUMENT);
    var table = new StringBuilder("| planted bug | median | max |\n|---|---|---|\n");
    for (Row row : rows) table.append(row).append('\n');
    Files.writeString(DOCUMENT, document.substring(0, begin(document)) + table + document.substring(end(document)));
  }

  /** {@return the names of the planted bugs that the document has, in its order} */
  static List<String> documented() throws IOException {
    String document = Files.readString(DOCUMENT);
    return document.substring(begin(document), end(document)).lines()
        .skip(2).map(line -> line.split("\\|")[1].strip()).toList();
  }

  private static int begin(String document) {
    return document.indexOf(BEGIN) + BEGIN.length() + 1;
  }

  private static int end(String document) {
    return document.indexOf(END);
  }
}
