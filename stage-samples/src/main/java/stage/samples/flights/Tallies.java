package stage.samples.flights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The counts of one partition, over all lives of the stage that counts.
 *
 * <p>They are changed in place, by turns that may be undone. A {@link stage.api.MapState} would undo them by itself,
 * but its values are immutable: with many keys, to copy the counts of each in each turn costs more than all the rest.
 * To take back what a crashed turn has counted costs nothing until there is one: the batch is immutable, so to remember
 * the list and how far it was counted is enough.
 */
final class Tallies {
  private final Map<String, DelayCounts> byKey = new HashMap<>();
  private List<Row> rows = List.of();   // of the last turn
  private int counted;                  // how many of them are counted
  private long turn;                    // the number of the last turn

  /** Counts the rows of a turn. */
  void count(List<Row> rows, long turn) {
    this.rows = rows;
    this.turn = turn;
    counted = 0;
    for (Row row : rows) {
      if (row instanceof Flight flight) tallyOf(flight.key()).add(flight.delay());
      counted++;   // once per row, not at the end: whatever is thrown on the way, it says what is in the tallies
    }
  }

  /** Takes back what the last turn counted, unless it was good. */
  void takeBackAfter(long goodTurns) {
    if (turn <= goodTurns) return;
    while (counted > 0) {
      counted--;
      if (rows.get(counted) instanceof Flight flight) byKey.get(flight.key()).takeBack(flight.delay());
    }
    byKey.values().removeIf(DelayCounts::isEmpty);
  }

  /** {@return a line of the table for each key} */
  List<TableRow> rows() {
    List<TableRow> rows = new ArrayList<>(byKey.size());
    byKey.forEach((key, tally) -> rows.add(tally.row(key)));
    return List.copyOf(rows);
  }

  private DelayCounts tallyOf(String key) {
    DelayCounts tally = byKey.get(key);
    if (tally == null) {
      tally = new DelayCounts();
      byKey.put(key, tally);
    }
    return tally;
  }
}
