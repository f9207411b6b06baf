package stage.samples.flights;

import java.util.ArrayList;
import java.util.List;

/** The table in aligned columns: keys to the left, numbers to the right. */
final class PlainTable {
  private static final String GAP = "  ";

  private PlainTable() {}

  static String format(List<TableRow> rows) {
    return format(TableRow.COLUMNS, rows.stream().map(TableRow::columns).toList(), 1);
  }

  /** {@return the table, in which this many columns, from the left, are keys} */
  static String format(List<String> names, List<List<String>> rows, int keys) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(names);
    lines.addAll(rows);
    int[] widths = widths(lines, names.size());
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        String cell = line.get(i);
        String padding = " ".repeat(widths[i] - cell.length());
        if (i > 0) text.append(GAP);
        text.append(i < keys ? cell + padding : padding + cell);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int[] widths(List<List<String>> lines, int columns) {
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) widths[i] = Math.max(widths[i], line.get(i).length());
    }
    return widths;
  }
}
