package stage.samples.flights;

import java.util.Collection;
import java.util.List;

/**
 * The result: a line for every key, in order.
 *
 * @param rows the lines, sorted
 */
record DelayTable(List<TableRow> rows) {
  DelayTable {
    rows = rows.stream().sorted(TableRow.ORDER).toList();
  }

  /** {@return one table of parts that have no key in common} */
  static DelayTable of(Collection<List<TableRow>> parts) {
    return new DelayTable(parts.stream().flatMap(List::stream).toList());
  }

  /** {@return how many flights there are in all} */
  long flights() {
    return rows.stream().mapToLong(TableRow::flights).sum();
  }

  /** {@return the first {@code count} lines} */
  DelayTable top(int count) {
    return new DelayTable(rows.subList(0, Math.min(count, rows.size())));
  }

  /** {@return this table as text, each line with its line feed} */
  String format(TableFormat format) {
    return switch (format) {
      case PLAIN -> PlainTable.format(rows);
      case CSV -> CsvTable.format(rows);
      case JSON -> JsonTable.format(rows);
    };
  }
}
