package stage.samples.lines;

import java.util.ArrayList;
import java.util.List;
import stage.samples.flights.Quoted;

/**
 * A table of text.
 *
 * @param names of the columns
 * @param rows the cells
 * @param texts how many columns, from the left, are text; the others are numbers
 */
public record Columns(List<String> names, List<List<String>> rows, int texts) {
  /** {@return it as comma-separated values with a header} Quoted where a value needs it. */
  public String csv() {
    StringBuilder csv = new StringBuilder();
    line(csv, names);
    for (List<String> row : rows) line(csv, row);
    return csv.toString();
  }

  private static void line(StringBuilder csv, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      if (i > 0) csv.append(',');
      String cell = cells.get(i);
      boolean needsQuotes = cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
      csv.append(needsQuotes ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
    }
    csv.append('\n');
  }

  /** {@return it in aligned columns, for people} */
  public String plain() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(names);
    for (List<String> row : rows) lines.add(row.stream().map(Quoted::plain).toList());
    int[] widths = new int[names.size()];
    for (List<String> line : lines) for (int i = 0; i < widths.length; i++) widths[i] =
        Math.max(widths[i], line.get(i).length());
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - line.get(i).length());
        if (i > 0) row.append("  ");
        row.append(i < texts ? line.get(i) + padding : padding + line.get(i));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** {@return as CSV or plain} */
  public String format(boolean csv) {
    return csv ? csv() : plain();
  }
}
