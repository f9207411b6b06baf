package stage.samples.flights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;

/**
 * The third stage, several times: counts the delays of the keys of one partition, and emits its part of the table when there are no more
 * rows.
 *
 * <p>A plain map, no lock: only this stage's thread touches it. While the rows still come, {@code call} asks for {@link #rows()} on that
 * thread.
 */
final class DelayTally implements Stage.ProducerConsumer<Row, List<TableRow>> {
  private final Map<String, Tally> tallies = new HashMap<>();

  @Override
  public void onEvents(List<Row> rows, Inlet<Row> from, Outlet<List<TableRow>> out) {
    for (Row row : rows) {
      if (row instanceof Flight flight) tallyOf(flight.key()).add(flight.delay());
    }
  }

  @Override
  public void onComplete(Outlet<List<TableRow>> out) {
    out.emit(rows());
  }

  /** {@return the lines of the table for the keys of this partition, as far as they are counted} */
  List<TableRow> rows() {
    List<TableRow> rows = new ArrayList<>(tallies.size());
    tallies.forEach((key, tally) -> rows.add(tally.row(key)));
    return List.copyOf(rows);
  }

  private Tally tallyOf(String key) {
    Tally tally = tallies.get(key);
    if (tally == null) {
      tally = new Tally();
      tallies.put(key, tally);
    }
    return tally;
  }
}
