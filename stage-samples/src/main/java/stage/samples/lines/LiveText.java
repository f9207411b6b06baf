package stage.samples.lines;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.observe.Registration;
import stage.api.supervision.Supervisor;
import stage.samples.flights.Ansi;
import stage.samples.flights.Streams;
import stage.samples.flights.Tick;
import stage.samples.flights.Ticker;

/**
 * With {@code --follow}: shows how a job stands, whenever that has changed. On a terminal it draws a table over the
 * last one, into a pipe it prints a line that sums up.
 */
final class LiveText implements Stage.Consumer<Tick> {
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final Streams streams;
  private final Supplier<String> text;
  private String last = "";

  private LiveText(Streams streams, Supplier<String> text) {
    this.streams = streams;
    this.text = text;
  }

  /** {@return what ends the showing} Starts the two stages that show. */
  static Registration begin(Supervisor scope, Streams streams, LiveCount count) {
    Supplier<String> text = streams.outIsTerminal() ? count::table : count::line;
    var ticks = scope.start(Stage.producer("display-ticks", () -> new Ticker(PERIOD)));
    var display = scope.start(Stage.consumer("display", ticks, () -> new LiveText(streams, text))
        .withDemand(Demand.max(1)));
    return () -> {
      ticks.stop();
      display.stop();
    };
  }

  @Override
  public void onEvents(List<Tick> ticks, Inlet<Tick> from) throws IOException {
    String now = text.get();
    if (now.equals(last)) return;
    streams.print(streams.outIsTerminal() ? Ansi.cutOff(over() + now) : now);
    last = now;
  }

  /** Makes room for what is printed in the end. */
  @Override
  public void onStop(StopReason reason) throws IOException {
    if (streams.outIsTerminal()) streams.print(over());
  }

  private String over() {
    return Ansi.overLast((int) last.lines().count());
  }
}
