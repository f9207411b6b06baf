package stage.samples.flights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StageRef;

/**
 * The results of the stages wired by hand: asks each stage that counts, on that stage's own thread.
 *
 * @param tallies the stages that count flights
 * @param rejects the stage that counts malformed lines
 */
record TallyStandings(
    List<? extends StageRef<? extends Stage.ProducerConsumer<Row, List<TableRow>>>> tallies,
    StageRef<? extends Stage.Consumer<Row>> rejects) implements Standings {
  @Override
  public Optional<Standing> ask() throws InterruptedException {
    try {
      List<List<TableRow>> parts = new ArrayList<>();
      // Nothing is around the two, because --follow and --chaos exclude each other.
      for (var tally : tallies) parts.add(tally.call(behaviour -> ((DelayTally) behaviour).rows()));
      return Optional
          .of(new Standing(DelayTable.of(parts), rejects.call(behaviour -> ((RejectLog) behaviour).rejects()).count()));
    } catch (StageEndedException e) {
      return Optional.empty();
    }
  }
}
