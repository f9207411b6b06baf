package stage.samples.flights;

import java.util.List;

/** The table as comma-separated values. No value holds a comma or a quotation mark, so none is quoted. */
final class CsvTable {
  private CsvTable() {}

  static String format(List<TableRow> rows) {
    return format(TableRow.COLUMNS, rows.stream().map(TableRow::columns).toList());
  }

  static String format(List<String> names, List<List<String>> rows) {
    StringBuilder csv = new StringBuilder();
    csv.append(String.join(",", names)).append('\n');
    for (List<String> row : rows) csv.append(String.join(",", row)).append('\n');
    return csv.toString();
  }
}
