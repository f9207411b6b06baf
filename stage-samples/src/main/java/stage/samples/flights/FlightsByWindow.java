package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import stage.api.Stage;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/**
 * {@code ./stage flights --window}: a table for each window of departure, as a pipeline. Reader and log of malformed
 * lines are the stages of {@link FlightsJob}; what is between them is described and not built by hand.
 */
final class FlightsByWindow {
  private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm")
      .withZone(ZoneOffset.UTC);

  /** The inputs end, and may be in any order: a window waits for the end. */
  private static final Duration OUT_OF_ORDER = Duration.ofDays(36_500);

  private final FlightOptions options;
  private final Streams streams;
  private final Trouble trouble;
  private final CompletableFuture<Rejects> rejects = new CompletableFuture<>();
  private final AtomicLong late = new AtomicLong();

  FlightsByWindow(FlightOptions options, Streams streams) {
    this.options = options;
    this.streams = streams;
    this.trouble = options.chaos().map(wish -> new Trouble(wish.crashes(), wish.seed()))
        .orElseGet(() -> new Trouble(0, OptionalLong.empty()));
  }

  void run() throws IOException, InterruptedException {
    List<Pane<String, DelayCounts>> panes;
    try (var pipes = new Pipes()) {
      panes = count(pipes);
    }
    report(panes);
  }

  private List<Pane<String, DelayCounts>> count(Pipes pipes) throws InterruptedException {
    var meter = new ReadMeter();
    var rows = new TimedRows(options.by());
    Pipeline<LineBlock> blocks =
        Pipeline.from(Stage.producer("reader", () -> new BlockReader(options.inputs(), pipes, meter)));
    return trouble.in(blocks.flatMap(rows::of).named("parser"))
        .divertTo(Reject.class::isInstance,
            bad -> bad.to(Stage.consumer("rejects", () -> new RejectLog(options.rejects(), rejects))))
        .ofType(TimedFlight.class)
        .eventTime(EventTime.of(TimedFlight::departure).outOfOrder(OUT_OF_ORDER))
        .keyBy(row -> row.flight().key()).workers(options.partitions())
        .window(Windows.tumbling(options.window().orElseThrow()))
        .lateTo(flights -> flights.forEach(flight -> late.incrementAndGet()))
        .aggregate(new DelayCounts(), (tally, row) -> tally.with(row.flight().delay()))
        .toList()
        .run("flights");
  }

  private void report(List<Pane<String, DelayCounts>> panes) throws IOException {
    Map<Instant, List<TableRow>> byWindow = panes.stream().collect(Collectors.groupingBy(
        pane -> pane.window().start(), TreeMap::new, Collectors.mapping(pane -> pane.value().row(pane.key()),
            Collectors.toList())));
    List<List<String>> rows = new ArrayList<>();
    byWindow.forEach((start, ofWindow) -> ofWindow.stream().sorted(TableRow.ORDER).limit(options.top()).forEach(row -> {
      List<String> columns = new ArrayList<>(List.of(MINUTE.format(start)));
      columns.addAll(row.columns());
      rows.add(columns);
    }));
    List<String> names = new ArrayList<>(List.of("window"));
    names.addAll(TableRow.COLUMNS);
    streams.print(switch (options.format()) {
      case CSV -> CsvTable.format(names, rows);
      case JSON -> JsonTable.format(names, rows, 2);
      case PLAIN -> PlainTable.format(names, rows, 2);
    });
    Rejects malformed = rejects.resultNow();
    streams.tell(malformed.report());
    if (options.quiet()) return;
    streams.tell(late.get() + (late.get() == 1 ? " flight was" : " flights were") + " too late for their window\n");
    streams.tell(trouble.report());
  }
}
