package stage.samples.flights;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import stage.api.Inlet;
import stage.api.Stage;

/** With {@code --follow} into a pipe: a line of totals at each tick. */
final class LiveTotals implements Stage.Consumer<Tick> {
  private final Streams streams;
  private final Standings standings;
  private final Key by;

  LiveTotals(Streams streams, Standings standings, FlightOptions options) {
    this.streams = streams;
    this.standings = standings;
    this.by = options.by();
  }

  @Override
  public void onEvents(List<Tick> ticks, Inlet<Tick> from) throws IOException, InterruptedException {
    Optional<Standings.Standing> standing = standings.ask();
    if (standing.isPresent()) streams.print(Totals.line(standing.get(), by));
  }
}
