package stage.samples.flights;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;

/**
 * One line of the table.
 *
 * @param key what its flights have in common
 * @param flights how many there are
 * @param meanDelay their mean delay in minutes, two decimals
 * @param p95Delay the delay in minutes that 95 % of them do not exceed, by nearest rank
 * @param latePercent how many in a hundred were late by more than {@link Delay#ON_TIME} minutes, one decimal
 * @param worstDelay the greatest delay in minutes
 */
record TableRow(String key, long flights, BigDecimal meanDelay, int p95Delay, BigDecimal latePercent, int worstDelay) {
  /** Most flights first, then by key. */
  static final Comparator<TableRow> ORDER =
      Comparator.comparingLong(TableRow::flights).reversed().thenComparing(TableRow::key);

  /** The names of the columns. */
  static final List<String> COLUMNS =
      List.of("key", "flights", "mean_delay", "p95_delay", "late_percent", "worst_delay");

  /** {@return the columns as text} */
  List<String> columns() {
    return List.of(key, Long.toString(flights), meanDelay.toPlainString(), Integer.toString(p95Delay),
        latePercent.toPlainString(),
        Integer.toString(worstDelay));
  }
}
