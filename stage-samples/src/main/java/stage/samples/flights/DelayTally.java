package stage.samples.flights;

import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;

/**
 * The third stage, several times: counts the delays of the keys of one partition, and emits its part of the table when
 * there are no more rows.
 *
 * <p>The counts are in a plain map, no lock: only this stage's thread touches it. While the rows still come,
 * {@code call} asks for {@link #rows()} on that thread. They outlive a crash, and are exact after it: each turn has a
 * number, which is a state and so goes back if the turn throws. The next life compares it with the number under which
 * the last rows were counted, and takes those back.
 */
final class DelayTally implements Stage.ProducerConsumer<Row, List<TableRow>> {
  private Tallies tallies;
  private State<Long> turns;   // that were good

  @Override
  public void onStart(StageContext context) {
    turns = context.state("turns", 0L);
    tallies = context.state("tallies", new Tallies()).value();
    tallies.takeBackAfter(turns.value());
  }

  @Override
  public void onEvents(List<Row> rows, Inlet<Row> from, Outlet<List<TableRow>> out) {
    long turn = turns.value() + 1;
    tallies.count(rows, turn);
    turns.set(turn);
  }

  @Override
  public void onComplete(Outlet<List<TableRow>> out) {
    out.emit(rows());
  }

  /** {@return the lines of the table for the keys of this partition, as far as they are counted} */
  List<TableRow> rows() {
    return tallies.rows();
  }
}
