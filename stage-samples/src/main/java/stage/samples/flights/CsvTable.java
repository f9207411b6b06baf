package stage.samples.flights;

import java.util.List;

/** The table as comma-separated values. No value holds a comma or a quotation mark, so none is quoted. */
final class CsvTable {
  private CsvTable() {}

  static String format(List<TableRow> rows) {
    StringBuilder csv = new StringBuilder();
    csv.append(String.join(",", TableRow.COLUMNS)).append('\n');
    for (TableRow row : rows) csv.append(String.join(",", row.columns())).append('\n');
    return csv.toString();
  }
}
