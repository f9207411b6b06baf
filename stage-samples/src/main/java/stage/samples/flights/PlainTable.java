package stage.samples.flights;

import java.util.ArrayList;
import java.util.List;

/** The table in aligned columns: keys to the left, numbers to the right. */
final class PlainTable {
  private static final String GAP = "  ";

  private PlainTable() {}

  static String format(List<TableRow> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(TableRow.COLUMNS);
    for (TableRow row : rows) lines.add(row.columns());
    int[] widths = widths(lines);
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      String key = line.getFirst();
      text.append(key).append(" ".repeat(widths[0] - key.length()));
      for (int i = 1; i < widths.length; i++) {
        String number = line.get(i);
        text.append(GAP).append(" ".repeat(widths[i] - number.length())).append(number);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int[] widths(List<List<String>> lines) {
    int[] widths = new int[TableRow.COLUMNS.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) widths[i] = Math.max(widths[i], line.get(i).length());
    }
    return widths;
  }
}
