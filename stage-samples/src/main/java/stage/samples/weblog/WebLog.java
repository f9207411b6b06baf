package stage.samples.weblog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.samples.flights.TextInput;
import stage.samples.flights.JobFailed;
import stage.samples.flights.Quoted;
import stage.samples.flights.Reason;
import stage.samples.flights.Streams;
import stage.samples.flights.Trouble;
import stage.samples.flights.UsageError;
import stage.samples.lines.Columns;
import stage.samples.lines.CommandLine;
import stage.samples.lines.LineProducer;
import stage.samples.lines.Lines;
import stage.samples.lines.Program;

/** {@code ./stage weblog}: requests and bytes of a web server's log, grouped and counted. See {@link #USAGE}. */
public final class WebLog {
  static final String USAGE =
      """
      usage: stage weblog [OPTION…] [FILE…]

      Requests and bytes of a web server's log, in the common or the combined log format, .gz too, or - for standard input;
      without a file, 4,000 lines that come with the program. Without --by: a report of statuses, paths, clients, errors per
      minute and sessions.

        --by status|path|client|minute   one table, grouped by this; a path is taken with its query
        --window 30s|1m|1h|1d            a table for each such time, by when requests were answered, in UTC
        --top N|all                      how many lines of a table, or of each window's, to show (10)
        --csv                            write KEY,requests,bytes for machines; needs --by
        --follow                         go on reading as the last file grows, until Ctrl-C
        --rejects FILE                   keep every malformed line in FILE
        --chaos N                        make N elements fail at random on the way, some with their stage; nothing changes
        --seed S                         with --chaos: which
        --help                           this text

      Exits with 0, with 1 if an input cannot be read or the output not written, with 2 for a wrong command line.
      """;

  private static final Duration SESSION_GAP = Duration.ofMinutes(10);

  /** The inputs end, so nothing needs to be late, however files are ordered: a window waits for the end. */
  private static final EventTime<Hit> TIME = EventTime.of(Hit::time).outOfOrder(Duration.ofDays(36_500));

  private static final int NAMED = 3;

  private final CommandLine line;
  private final Streams streams;
  private final int top;
  private final Trouble trouble;
  // By the line's index, because a step that is done again must not count again.
  private final Map<Long, Malformed> malformed = new ConcurrentHashMap<>();

  private record Group(By by, String key) {}

  private record Grouped(Instant window, String key, Traffic traffic) {
    static final Comparator<Grouped> ORDER = Comparator.comparing(Grouped::window)
        .thenComparing(Comparator.<Grouped>comparingLong(grouped -> grouped.traffic().requests()).reversed())
        .thenComparing(Grouped::key);
  }

  private WebLog(CommandLine line, Streams streams) throws UsageError {
    this.line = line;
    this.streams = streams;
    this.top = line.top();
    this.trouble = line.trouble();
  }

  /**
   * Runs the program and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String... arguments) {
    Program.main("weblog", WebLog::run, arguments);
  }

  static void run(String[] arguments, Streams streams, Program.Interruption interruption) throws IOException,
      InterruptedException, UsageError {
    var line = new CommandLine(Set.of("--csv", "--follow"), Set.of("--by", "--window", "--top", "--rejects", "--chaos",
        "--seed"), arguments);
    if (line.has("--help")) streams.print(USAGE);
    else new WebLog(line, streams).run(interruption);
  }

  private void run(Program.Interruption interruption) throws IOException, InterruptedException, UsageError {
    Optional<Duration> window = line.window();
    Optional<Path> rejects = line.output("--rejects");
    Optional<By> by = by();
    if (by.isEmpty() && (line.has("--csv") || window.isPresent())) {
      throw new UsageError("--csv and --window need --by: one of " + By.words());
    }
    List<TextInput> inputs = line.inputs().isEmpty() ? List.of(new TextInput.Resource(WebLog.class, SampleLog.RESOURCE))
        : line.inputs();
    Lines.check(inputs);
    if (rejects.isPresent()) write(rejects.get(), "");   // known before hours of counting
    try (var lines = new Lines(inputs, line.has("--follow"))) {
      if (line.has("--follow")) interruption.ends(lines);
      Pipeline<Hit> hits = hits(lines);
      if (by.isEmpty()) report(hits);
      else if (window.isEmpty()) print(by.get(), false, whole(hits, by.get()));
      else print(by.get(), true, windows(hits, by.get(), window.get()));
    }
    if (rejects.isPresent()) write(rejects.get(), text());
    tellMalformed(rejects.isPresent());
    streams.tell(trouble.report());
  }

  private Optional<By> by() throws UsageError {
    Optional<String> word = line.value("--by");
    if (word.isEmpty()) return Optional.empty();
    return Optional.of(By.ofWord(word.get())
        .orElseThrow(() -> new UsageError("--by must be one of " + By.words() + ", but was \"" + word.get() + "\"")));
  }

  // ---- the pipelines
  // ------------------------------------------------------------------------------------------------------

  private Pipeline<Hit> hits(Lines lines) {
    return trouble.in(Pipeline.from(LineProducer.of(lines)))
        .map(LogLine::parse).named("parse")
        .peek(this::note)
        .ofType(Hit.class);
  }

  private void note(Entry entry) {
    if (entry instanceof Malformed wrong) malformed.put(wrong.line().index(), wrong);
  }

  private static List<Grouped> whole(Pipeline<Hit> hits, By by) throws InterruptedException {
    List<KeyValue<String, Traffic>> all = hits.keyBy(by::key).aggregate(Traffic.NONE, Traffic::plus).toList()
        .run("weblog");
    return all.stream().map(each -> new Grouped(Instant.EPOCH, each.key(), each.value())).toList();
  }

  private static List<Grouped> windows(Pipeline<Hit> hits, By by, Duration size) throws InterruptedException {
    List<Pane<String, Traffic>> panes = hits.eventTime(TIME)
        .keyBy(by::key).window(Windows.tumbling(size)).aggregate(Traffic.NONE, Traffic::plus)
        .toList().run("weblog");
    return panes.stream().map(pane -> new Grouped(pane.window().start(), pane.key(), pane.value())).toList();
  }

  private void report(Pipeline<Hit> hits) throws IOException, InterruptedException {
    Map<List<Object>, Pane<String, Long>> sessions = new ConcurrentHashMap<>();
    List<KeyValue<Group, Traffic>> all = hits
        .alsoTo(copy -> copy.eventTime(TIME)
            .keyBy(Hit::client).window(Windows.sessions(SESSION_GAP)).count()
            .forEach(pane -> sessions.put(List.of(pane.key(), pane.window().start()), pane)))
        .flatMap(hit -> {
          List<KeyValue<Group, Hit>> groups = new ArrayList<>();
          for (By by : By.values()) {
            // Of the minutes those with errors are of interest.
            if (by != By.MINUTE || hit.status() >= 400) groups.add(new KeyValue<>(new Group(by, by.key(hit)), hit));
          }
          return groups;
        })
        .keyBy(KeyValue::key).aggregate(Traffic.NONE, (traffic, grouped) -> traffic.plus(grouped.value()))
        .toList().run("weblog");
    for (By by : By.values()) {
      if (by == By.MINUTE) streams.print("errors per minute\n");
      print(by, false, all.stream().filter(each -> each.key().by() == by)
          .map(each -> new Grouped(Instant.EPOCH, each.key().key(), each.value())).toList());
      streams.print("\n");
    }
    long inSessions = sessions.values().stream().mapToLong(Pane::value).sum();
    streams.print(sessions.size() + " sessions, each until " + SESSION_GAP.toMinutes()
        + " minutes without a request, of "
        + inSessions + " requests\n");
  }

  // ---- what is said
  // -------------------------------------------------------------------------------------------------------

  private void print(By by, boolean hasWindow, List<Grouped> groups) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    Instant window = null;
    int ofWindow = 0;
    for (Grouped grouped : groups.stream().sorted(Grouped.ORDER).toList()) {
      ofWindow = grouped.window().equals(window) ? ofWindow + 1 : 1;
      window = grouped.window();
      if (ofWindow > top) continue;
      List<String> row = new ArrayList<>();
      if (hasWindow) row.add(window.getEpochSecond() % 60 == 0 ? By.UTC_MINUTE.format(window)
          : window.toString().replace("Z", ""));
      row.add(grouped.key());
      row.add(Long.toString(grouped.traffic().requests()));
      row.add(Long.toString(grouped.traffic().bytes()));
      rows.add(row);
    }
    List<String> names = hasWindow ? List.of("window", by.word(), "requests", "bytes")
        : List.of(by.word(), "requests", "bytes");
    streams.print(new Columns(names, rows, hasWindow ? 2 : 1).format(line.has("--csv")));
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    malformed.values().stream().sorted(Malformed.ORDER).forEach(each -> text.append(each.line().text()).append('\n'));
    return text.toString();
  }

  private static void write(Path file, String text) throws JobFailed {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new JobFailed("cannot write " + Quoted.plain(file.toString()) + ": " + Reason.of(e), e);
    }
  }

  private void tellMalformed(boolean isKept) {
    if (malformed.isEmpty()) return;
    StringBuilder text = new StringBuilder();
    text.append(malformed.size() == 1 ? "1 malformed line was left out:\n"
        : malformed.size() + " malformed lines were left out:\n");
    malformed.values().stream().sorted(Malformed.ORDER).limit(NAMED)
        .forEach(each -> text.append("  ").append(each.line().input())
        .append(':').append(each.line().number()).append(": ").append(Quoted.plain(each.reason())).append('\n'));
    if (malformed.size() > NAMED) {
      text.append("  and ").append(malformed.size() - NAMED).append(isKept ? " more\n"
          : " more; --rejects FILE keeps them all\n");
    }
    streams.tell(text.toString());
  }
}
