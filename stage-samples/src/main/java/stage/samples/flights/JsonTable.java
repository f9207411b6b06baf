package stage.samples.flights;

import java.util.List;

/** The table as a JSON array, an object on each line. A key has only letters, digits and hyphens, so nothing is escaped. */
final class JsonTable {
  private JsonTable() {}

  static String format(List<TableRow> rows) {
    if (rows.isEmpty()) return "[]\n";
    StringBuilder json = new StringBuilder();
    String before = "[\n";
    for (TableRow row : rows) {
      json.append(before);
      object(row, json);
      before = ",\n";
    }
    return json.append("\n]\n").toString();
  }

  private static void object(TableRow row, StringBuilder json) {
    List<String> values = row.columns();
    for (int i = 0; i < values.size(); i++) {
      json.append(i == 0 ? "  {" : ", ").append('"').append(TableRow.COLUMNS.get(i)).append("\": ");
      if (i == 0) {
        json.append('"').append(values.get(i)).append('"');
      } else {
        json.append(values.get(i));
      }
    }
    json.append('}');
  }
}
