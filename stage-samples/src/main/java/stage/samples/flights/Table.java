package stage.samples.flights;

import java.util.Collection;
import java.util.List;

/**
 * The result: a line for every key, in order.
 *
 * @param rows the lines, sorted
 */
record Table(List<TableRow> rows) {
  Table {
    rows = rows.stream().sorted(TableRow.ORDER).toList();
  }

  /** {@return one table of parts that have no key in common} */
  static Table of(Collection<List<TableRow>> parts) {
    return new Table(parts.stream().flatMap(List::stream).toList());
  }

  /** {@return how many flights there are in all} */
  long flights() {
    return rows.stream().mapToLong(TableRow::flights).sum();
  }

  /** {@return the first {@code count} lines} */
  Table top(int count) {
    return new Table(rows.subList(0, Math.min(count, rows.size())));
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
