package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.observe.Registration;
import stage.api.pipeline.Job;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.samples.watch.WatchMode;

/** Runs a {@link FlightsPipeline}: its scope, what it shows meanwhile, and what it says in the end. */
final class FlightsRun {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm").withZone(ZoneOffset.UTC);
  private static final int KEYS = 2;   // columns of a table of windows: the window and the key

  private final FlightOptions options;
  private final Streams streams;
  private final Interruption interruption;
  private final Duration period;

  // By the window, because what is shown again after a crash must not be there twice.
  private final Map<Instant, TableOfWindow> windows = new ConcurrentSkipListMap<>();
  private boolean isBegun;   // the output, window by window; the last stage's thread only

  /**
   * Nothing runs yet.
   *
   * @param period how often to tell how far it has come
   */
  FlightsRun(FlightOptions options, Streams streams, Interruption interruption, Duration period) {
    this.options = options;
    this.streams = streams;
    this.interruption = interruption;
    this.period = period;
  }

  /** Runs it to its end, and says what there is to say. */
  void run() throws IOException, InterruptedException {
    try (var parts = new FlightsParts(options, TextInput.sizeOf(options.inputs()))) {
      var pipeline = new FlightsPipeline(options, parts);
      if (options.window().isEmpty()) {
        var table = new Result<DelayTable>();
        Report report = options.follow() ? follow(pipeline, parts, table) : whole(pipeline, parts, table);
        ensureRight(report, parts);
        streams.print(table.value.top(options.top()).format(options.format()));
        tellTotals(table.value, parts);
        tell(report, parts);
      } else {
        Report report = run(pipeline.tables(isShownAtOnce() ? this::print : this::keep), parts, new Result<>(),
            Optional.empty());
        ensureRight(report, parts);
        if (!isShownAtOnce()) printWindows();
        tell(report, parts);
        tellLate(report.late());
      }
      if (parts.trouble().isPresent()) throw parts.trouble().get();   // it may have been followed for days
    }
  }

  private static final class Result<R> {
    private R value;
  }

  private Report whole(FlightsPipeline pipeline, FlightsParts parts, Result<DelayTable> table)
      throws IOException, InterruptedException {
    var rows = new Result<List<TableRow>>();
    Report report = run(pipeline.table(), parts, rows, Optional.empty());
    table.value = new DelayTable(rows.value);
    return report;
  }

  private Report follow(FlightsPipeline pipeline, FlightsParts parts, Result<DelayTable> table)
      throws IOException, InterruptedException {
    var standings = new KeptStandings(() -> parts.rejectsSoFar().count());
    Report report = run(pipeline.standings(standings::keep), parts, new Result<>(),
        showsStandings() ? Optional.of(standings) : Optional.empty());
    table.value = standings.table();
    return report;
  }

  private <R> Report run(Job<R> described, FlightsParts parts, Result<R> result, Optional<Standings> standings)
      throws IOException, InterruptedException {
    // Without chaos no restarts: what is wrong with an input is wrong the next time too.
    Job<R> job = described.withIntensity(Intensity.none());
    if (parts.chaos().isPresent()) {
      job = parts.chaos().get().restarted(described).withRedelivery(parts.chaos().get().redelivery());
    }
    try (var scope = Supervisor.open(SupervisorSpec.of("flights").withIntensity(Intensity.none()))) {
      Running<R> running = job.start(scope, "pipeline");
      if (options.follow()) {
        interruption.ends(() -> {
          running.stop();
          parts.stopPipes();
        });
      }
      List<Registration> shown = new ArrayList<>();
      shown.add(options.watching().begin(scope, streams::tell, streams.errIsTerminal()));
      if (standings.isPresent()) shown.add(display(scope, standings.get()));
      if (tellsProgress()) shown.add(progress(scope, parts));
      try {
        result.value = running.join();
      } finally {
        shown.forEach(Registration::close);
      }
      return running.report();
    }
  }

  private boolean tellsProgress() {
    return streams.errIsTerminal() && !options.quiet() && !(options.watching() instanceof WatchMode.OnTerminal)
        && !(streams.outIsTerminal() && (options.window().isPresent() ? isShownAtOnce() : showsStandings()));
  }

  /** The table as it stands, drawn over the last one or, into a pipe, summed up in a line. */
  private boolean showsStandings() {
    return options.follow() && options.window().isEmpty() && options.format() == TableFormat.PLAIN;
  }

  private Registration display(Supervisor scope, Standings standings) {
    var ticks = scope.start(Stage.producer("display-ticks", () -> new Ticker(period)));
    var display = streams.outIsTerminal()
        ? scope.start(Stage.consumer("display", ticks, () -> new LiveTable(streams, standings, options))
            .withDemand(Demand.max(1)))
        : scope.start(Stage.consumer("display", ticks, () -> new LiveTotals(streams, standings, options))
            .withDemand(Demand.max(1)));
    return () -> {
      ticks.stop();
      display.stop();
    };
  }

  private Registration progress(Supervisor scope, FlightsParts parts) throws IOException {
    OptionalLong size = options.follow() ? OptionalLong.empty() : TextInput.sizeOf(options.inputs());
    var ticks = scope.start(Stage.producer("progress-ticks", () -> new Ticker(period)));
    var line = scope.start(Stage.consumer("progress", ticks, () ->
        new ProgressLine(streams, parts.meter(), size, InstantSource.system())).withDemand(Demand.max(1)));
    return () -> {
      ticks.stop();
      line.stop();
    };
  }

  /** A followed file has no end, so its windows are shown one by one; only what must be one text waits for Ctrl-C. */
  private boolean isShownAtOnce() {
    return options.follow() && options.format() != TableFormat.JSON;
  }

  private void keep(TableOfWindow window) {
    windows.put(window.start(), window);
  }

  private void print(TableOfWindow window) throws IOException {
    String text = options.format() == TableFormat.CSV ? CsvTable.format(names(), rows(window))
        : PlainTable.format(names(), rows(window), KEYS);
    boolean isHeaderDue = !isBegun || options.format() == TableFormat.PLAIN;   // where each table has its own widths
    isBegun = true;
    streams.print(isHeaderDue ? text : text.substring(text.indexOf('\n') + 1));
  }

  private void printWindows() throws IOException {
    List<List<String>> rows = windows.values().stream().flatMap(window -> rows(window).stream()).toList();
    streams.print(switch (options.format()) {
      case CSV -> CsvTable.format(names(), rows);
      case JSON -> JsonTable.format(names(), rows, KEYS);
      case PLAIN -> PlainTable.format(names(), rows, KEYS);
    });
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of("window"));
    names.addAll(TableRow.COLUMNS);
    return names;
  }

  private List<List<String>> rows(TableOfWindow window) {
    List<List<String>> rows = new ArrayList<>();
    for (TableRow row : window.table().top(options.top()).rows()) {
      List<String> columns = new ArrayList<>(List.of(MINUTE.format(window.start())));
      columns.addAll(row.columns());
      rows.add(columns);
    }
    return rows;
  }

  /**
   * Makes sure that nothing is missing.
   *
   * @throws IOException if an input could not be read, and there is nothing to show
   */
  private void ensureRight(Report report, FlightsParts parts) throws IOException {
    if (parts.trouble().isPresent() && (!options.follow() || parts.meter().rows() == 0)) {
      throw parts.trouble().get();
    }
    if (report.deadLettered() > 0) {
      throw new JobFailed(String.format(Locale.ROOT, "%d flights were given up; the table would be wrong",
          report.deadLettered()));
    }
    if (parts.chaos().isPresent()) parts.chaos().get().ensureHarmless();
  }

  private void tellTotals(DelayTable table, FlightsParts parts) {
    if (!streams.errIsTerminal() || options.quiet()) return;
    streams.tell(Totals.line(table, options.by(), parts.rejects().count()));
  }

  private void tell(Report report, FlightsParts parts) {
    streams.tell(parts.rejects().report());
    if (parts.chaos().isPresent() && !options.quiet()) {
      streams.tell(parts.chaos().get().reportWith(report.restarts()));
    }
  }

  private void tellLate(long late) {
    if (options.quiet()) return;
    streams.tell(late + (late == 1 ? " flight was too late for its window\n"
        : " flights were too late for their window\n"));
  }
}
