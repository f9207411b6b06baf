package stage.samples.flights;

import java.util.List;

/**
 * What there is to say of malformed lines: however many there are, only the first few are named.
 *
 * @param count how many there are
 * @param first the first of them, at most {@link #MOST_NAMED}
 * @param headers how many lines were left out because they are a header again; they are not malformed
 */
record Rejects(long count, List<Reject> first, long headers) {
  static final Rejects NONE = new Rejects(0, List.of(), 0);

  /** How many are named. */
  static final int MOST_NAMED = 10;

  Rejects {
    first = List.copyOf(first);
  }

  /** {@return a report of several lines, each with its line feed; empty if there are none} */
  String report() {
    StringBuilder report = new StringBuilder();
    if (headers > 0)
      report.append(headers == 1 ? "1 more header was skipped\n" : headers + " more headers were skipped\n");
    if (count == 0) return report.toString();
    report.append(count == 1 ? "1 malformed line was left out:\n" : count + " malformed lines were left out:\n");
    for (Reject reject : first) report.append("  ").append(reject.sentence()).append('\n');
    long more = count - first.size();
    if (more > 0) report.append("  and ").append(more).append(" more; --rejects FILE keeps them all\n");
    return report.toString();
  }
}
