package stage.samples.flights;

/** A line that sums up. */
final class Totals {
  private Totals() {}

  /** {@return such as {@code 20000 flights, 205 origins, 3 malformed lines}} */
  static String line(Standings.Standing standing, Key by) {
    return line(standing.table(), by, standing.malformed());
  }

  static String line(DelayTable table, Key by, long malformed) {
    return count(table.flights(), "flight") + ", " + count(table.rows().size(), by.word()) + ", "
        + count(malformed, "malformed line") + '\n';
  }

  private static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
