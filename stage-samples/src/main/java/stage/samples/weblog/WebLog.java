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
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Fold;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
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
import stage.samples.lines.LiveCount;
import stage.samples.lines.Program;
import stage.samples.lines.WatchedJob;

/** {@code ./stage weblog}: requests and bytes of a web server's log, grouped and counted. See {@link #USAGE}. */
public final class WebLog {
  static final String USAGE =
      """
      usage: ./stage weblog [OPTION…] [FILE…]

      Requests and bytes of a web server's log, in the common or the combined log format, .gz too, or - for standard input;
      without a file, 4,000 lines that come with the program. Without --by: a report of statuses, paths, clients, errors per
      minute and sessions.

        --by status|path|client|minute   one table, grouped by this (with --csv or --window: status);
                                         a path is taken with its query
        --window 30s|1m|1h|1d            a table for each such time, by when requests were answered, in UTC
        --out-of-order 1m|1h|1d          with windows and sessions: a request that is older by this than one before it
                                         in its file is late, and left out (366d; 1d with --follow)
        --top N|all                      how many lines of a table, or of each window's, to show (10)
        --csv                            write KEY,requests,bytes for machines, all of them unless --top says how many
        --follow                         go on reading as the last file grows, until Ctrl-C: draws the table as it
                                         changes; into a pipe a line that sums up, and the table in the end, with --csv
                                         only that; with --window each window when nothing can come for it any more
        --rejects FILE                   keep every malformed line in FILE: input, line number, reason and the line,
                                         with tabs between
        --chaos N                        make N elements fail at random on the way, some with their stage; nothing changes
        --seed S                         with --chaos: chooses which elements fail
        --watch[=PORT|tty]               show the stages at work: on a web page, or as text on standard error
        --help                           this text

      Exits with 0, with 1 if an input cannot be read or the output cannot be written, with 2 for a wrong command line.
      """;

  private static final Duration SESSION_GAP = Duration.ofMinutes(10);

  /** The requests of a year may be in any order. */
  private static final Duration OUT_OF_ORDER = Duration.ofDays(366);

  /** While a file grows, a window must not wait forever. */
  private static final Duration OUT_OF_ORDER_WHILE_FOLLOWED = Duration.ofDays(1);

  private static final int NAMED = 3;

  private final CommandLine line;
  private final Streams streams;
  private final int top;
  private final Trouble trouble;
  private final EventTime<Hit> time;
  // By the line's index, because a step that is done again must not count again.
  private final Map<Long, Malformed> malformed = new ConcurrentHashMap<>();

  private volatile boolean isLog;   // whether there was a request; written by the stages that parse
  private boolean isBegun;   // the output; whoever prints, one after the other

  private record Group(By by, String key) {}

  private record Grouped(Instant window, String key, Traffic traffic) {
    static final Comparator<Grouped> ORDER = Comparator.comparing(Grouped::window)
        .thenComparing(Comparator.<Grouped>comparingLong(grouped -> grouped.traffic().requests()).reversed())
        .thenComparing(Grouped::key);
  }

  private WebLog(CommandLine line, Streams streams) throws UsageError {
    this.line = line;
    this.streams = streams;
    this.top = line.has("--csv") && line.value("--top").isEmpty() ? CommandLine.ALL : line.top();
    this.trouble = line.trouble();
    Duration otherwise = line.has("--follow") ? OUT_OF_ORDER_WHILE_FOLLOWED : OUT_OF_ORDER;
    this.time = EventTime.of(Hit::time).outOfOrder(line.time("--out-of-order").orElse(otherwise));
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
    var line = new CommandLine(Set.of("--csv", "--follow", CommandLine.WATCH),
        Map.of("--by", "one of " + By.words(), "--window", CommandLine.TIME, "--out-of-order", CommandLine.TIME,
            "--top", CommandLine.TOP, "--rejects", "a file to write", "--chaos", CommandLine.CHAOS,
            "--seed", CommandLine.SEED),
        arguments);
    if (line.has("--help")) streams.print(USAGE);
    else new WebLog(line, streams).run(interruption);
  }

  private void run(Program.Interruption interruption) throws IOException, InterruptedException, UsageError {
    Optional<Duration> window = line.window();
    Optional<Path> rejects = line.output("--rejects");
    Optional<By> by = by();
    if (by.isEmpty() && (line.has("--csv") || window.isPresent())) by = Optional.of(By.STATUS);
    List<TextInput> inputs = line.inputs().isEmpty() ? List.of(new TextInput.Resource(WebLog.class, SampleLog.RESOURCE))
        : line.inputs();
    Lines.check(inputs);
    if (rejects.isPresent()) write(rejects.get(), "");   // known before hours of counting
    List<Lines> lines = Lines.ofEach(inputs, line.has("--follow"));
    if (line.has("--follow")) interruption.ends(() -> lines.forEach(Lines::stop));
    try {
      Pipeline<Hit> hits = hits(lines, by.isEmpty() || window.isPresent());
      if (by.isEmpty()) report(hits);
      else if (window.isEmpty()) print(by.get(), false, whole(hits, by.get()));
      else windows(hits, by.get(), window.get());
    } finally {
      for (Lines each : lines) each.close();
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

  /** One input after the other. Each has a watermark of its own, so their order does not matter. */
  private Pipeline<Hit> hits(List<Lines> lines, boolean isTimed) {
    List<Pipeline<Hit>> all = new ArrayList<>();
    for (Lines each : lines) {
      String number = lines.size() == 1 ? "" : "-" + all.size();
      Pipeline<Hit> hits = Pipeline.from(LineProducer.of("lines" + number, each))
          .map(AccessLogLine::parse).named("parse" + number)
          .peek(this::note)
          .ofType(Hit.class);
      all.add(isTimed ? hits.eventTime(time) : hits);
    }
    return trouble.in(concat(all));
  }

  @SuppressWarnings("unchecked")   // an array of Pipeline<Hit> is only to be had so
  private static Pipeline<Hit> concat(List<Pipeline<Hit>> all) {
    return Pipeline.concat(all.toArray(Pipeline[]::new));
  }

  private void note(Entry entry) {
    if (entry instanceof Malformed wrong) malformed.put(wrong.line().index(), wrong);
    else isLog = true;
  }

  private WatchedJob job() throws UsageError {
    return new WatchedJob("weblog", line.watching(), streams);
  }

  private List<Grouped> whole(Pipeline<Hit> hits, By by) throws InterruptedException, UsageError {
    List<KeyValue<String, Traffic>> all = counted(hits.keyBy(by::key), Traffic::plus, by, counts -> counts);
    return all.stream().map(each -> new Grouped(Instant.EPOCH, each.key(), each.value())).toList();
  }

  /**
   * {@return the requests and bytes of each key} With {@code --follow} they are shown meanwhile.
   *
   * @param shown by what those are grouped that are shown
   * @param some which ones these are
   */
  private <K, T> List<KeyValue<K, Traffic>> counted(Keyed<K, T> keyed, Fold<Traffic, T> plus, By shown,
      Function<Map<K, Traffic>, Map<String, Traffic>> some) throws InterruptedException, UsageError {
    if (!line.has("--follow")) {
      return job().run(trouble.survivedBy(keyed.aggregate(Traffic.NONE, plus).toList()));
    }
    Map<K, Traffic> counts = new ConcurrentHashMap<>();
    LiveCount live = new LiveCount() {
      @Override
      public String table() {
        List<Grouped> groups = new ArrayList<>();
        some.apply(counts).forEach((key, traffic) -> groups.add(new Grouped(Instant.EPOCH, key, traffic)));
        return WebLog.this.text(shown, false, groups, Math.min(top, MOST_ROWS)) + line();
      }

      @Override
      public String line() {
        long requests = some.apply(counts).values().stream().mapToLong(Traffic::requests).sum();
        return LiveCount.count(requests, "request") + ", " + LiveCount.count(malformed.size(), "malformed line") + '\n';
      }
    };
    job().run(trouble.survivedBy(
        keyed.scan(Traffic.NONE, plus).forEach(newest -> counts.put(newest.key(), newest.value()))),
        line.has("--csv") ? Optional.empty() : Optional.of(live));
    return counts.entrySet().stream().map(each -> new KeyValue<>(each.getKey(), each.getValue())).toList();
  }

  private void windows(Pipeline<Hit> hits, By by, Duration size)
      throws IOException, InterruptedException, UsageError {
    // By the window, because what is handled again after a crash must not be there twice.
    Map<Instant, List<Grouped>> tables = new ConcurrentSkipListMap<>();
    Report report = job().run(trouble.survivedBy(hits
        .keyBy(by::key).window(Windows.tumbling(size)).aggregate(Traffic.NONE, Traffic::plus)
        .map(pane -> new Grouped(pane.window().start(), pane.key(), pane.value()))
        .window(Windows.tumbling(size)).toList(Bound.rows(Integer.MAX_VALUE).crashing())   // the keys of each window
        .forEach(keys -> {
          if (line.has("--follow")) print(by, true, keys.value());
          else tables.put(keys.window().start(), keys.value());
        })));
    if (!line.has("--follow")) print(by, true, tables.values().stream().flatMap(List::stream).toList());
    tellLate(report.late(), "window");
  }

  private void tellLate(long late, String what) {
    streams.tell(late + (late == 1 ? " request was too late for its " : " requests were too late for their ") + what
        + (late == 1 ? "\n" : "s\n"));
  }

  private void report(Pipeline<Hit> hits) throws IOException, InterruptedException, UsageError {
    Map<List<Object>, Pane<String, Long>> sessions = new ConcurrentHashMap<>();
    List<KeyValue<Group, Traffic>> all = counted(hits
        .alsoTo(copy -> copy
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
        .keyBy(KeyValue::key), (traffic, grouped) -> traffic.plus(grouped.value()), By.STATUS, WebLog::statuses);
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
    long requests = all.stream().filter(each -> each.key().by() == By.STATUS)
        .mapToLong(each -> each.value().requests()).sum();
    if (requests > inSessions) tellLate(requests - inSessions, "session");
  }

  private static Map<String, Traffic> statuses(Map<Group, Traffic> counts) {
    Map<String, Traffic> statuses = new TreeMap<>();
    counts.forEach((group, traffic) -> {
      if (group.by() == By.STATUS) statuses.put(group.key(), traffic);
    });
    return statuses;
  }

  // ---- what is said

  private void print(By by, boolean hasWindow, List<Grouped> groups) throws IOException {
    String text = text(by, hasWindow, groups, top);
    // Of a file that is followed each window is printed by itself; as CSV it is one table nevertheless.
    boolean isHeaderDue = !isBegun || !line.has("--csv");
    isBegun = true;
    streams.print(isHeaderDue ? text : text.substring(text.indexOf('\n') + 1));
  }

  private String text(By by, boolean hasWindow, List<Grouped> groups, int most) {
    List<List<String>> rows = new ArrayList<>();
    Instant window = null;
    int ofWindow = 0;
    for (Grouped grouped : groups.stream().sorted(Grouped.ORDER).toList()) {
      ofWindow = grouped.window().equals(window) ? ofWindow + 1 : 1;
      window = grouped.window();
      if (ofWindow > most) continue;
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
    return new Columns(names, rows, hasWindow ? 2 : 1).format(line.has("--csv"));
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    malformed.values().stream().sorted(Malformed.ORDER).forEach(each -> text.append(each.line().input()).append('\t')
        .append(each.line().number()).append('\t').append(Quoted.plain(each.reason())).append('\t')
        .append(each.line().text()).append('\n'));
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
    text.append(malformed.size() == 1 ? "1 malformed line was left out"
        : malformed.size() + " malformed lines were left out");
    text.append(isLog ? ":\n" : ", and there were no others: is this a web server's log?\n");
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
