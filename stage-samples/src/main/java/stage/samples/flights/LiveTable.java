package stage.samples.flights;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;

/** With {@code --follow} on a terminal: draws the table anew, over the last one, at each tick. */
final class LiveTable implements Stage.Consumer<Tick> {
  /** What fits on any terminal: what has scrolled away cannot be drawn over. */
  private static final int MOST_ROWS = 20;

  private final Streams streams;
  private final Standings standings;
  private final Key by;
  private final int top;
  private int linesDrawn;

  LiveTable(Streams streams, Standings standings, FlightOptions options) {
    this.streams = streams;
    this.standings = standings;
    this.by = options.by();
    this.top = Math.min(options.top(), MOST_ROWS);
  }

  @Override
  public void onEvents(List<Tick> ticks, Inlet<Tick> from) throws IOException, InterruptedException {
    Optional<Standings.Standing> standing = standings.ask();
    if (standing.isPresent()) draw(standing.get());
  }

  private void draw(Standings.Standing standing) throws IOException {
    String text = standing.table().top(top).format(TableFormat.PLAIN) + Totals.line(standing, by);
    streams.print(Ansi.cutOff(Ansi.overLast(linesDrawn) + text));
    linesDrawn = (int) text.lines().count();
  }

  /** Makes room for the final table. */
  @Override
  public void onStop(StopReason reason) throws IOException {
    streams.print(Ansi.overLast(linesDrawn));
  }
}
