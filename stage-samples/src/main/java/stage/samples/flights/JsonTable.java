package stage.samples.flights;

import java.util.List;

/**
 * The table as a JSON array, an object on each line. A key has only letters, digits and hyphens, so nothing is escaped.
 */
final class JsonTable {
  private JsonTable() {}

  static String format(List<TableRow> rows) {
    return format(TableRow.COLUMNS, rows.stream().map(TableRow::columns).toList(), 1);
  }

  /** {@return the table, in which this many columns, from the left, are texts} */
  static String format(List<String> names, List<List<String>> rows, int texts) {
    if (rows.isEmpty()) return "[]\n";
    StringBuilder json = new StringBuilder();
    String before = "[\n";
    for (List<String> row : rows) {
      json.append(before);
      object(names, row, texts, json);
      before = ",\n";
    }
    return json.append("\n]\n").toString();
  }

  private static void object(List<String> names, List<String> values, int texts, StringBuilder json) {
    for (int i = 0; i < values.size(); i++) {
      json.append(i == 0 ? "  {" : ", ").append('"').append(names.get(i)).append("\": ");
      json.append(i < texts ? '"' + values.get(i) + '"' : values.get(i));
    }
    json.append('}');
  }
}
