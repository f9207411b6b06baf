package stage.samples.wordcount;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.Pipeline;
import stage.samples.flights.Streams;
import stage.samples.flights.Trouble;
import stage.samples.flights.UsageError;
import stage.samples.lines.Columns;
import stage.samples.lines.CommandLine;
import stage.samples.lines.LineProducer;
import stage.samples.lines.Lines;
import stage.samples.lines.Program;
import stage.samples.lines.LiveCount;
import stage.samples.lines.WatchedJob;

/** {@code ./stage wordcount}: how often each word occurs. See {@link #USAGE}. */
public final class WordCount {
  static final String USAGE =
      """
      usage: ./stage wordcount [OPTION…] FILE…

      How often each word occurs in the files, .gz too, or in - for standard input: by count, then by word. A word is a run of
      letters and digits, in lower case.

        --top N|all   how many words to show (10)
        --csv         write word,count for machines
        --workers N   how many stages share the counting (2)
        --follow      go on reading as the last file grows, until Ctrl-C: draws the table as it changes; into a pipe a
                      line that sums up, and the table in the end; with --csv only that
        --chaos N     make N elements fail at random on the way, some with their stage; the counts stay the same
        --seed S      with --chaos: chooses which elements fail
        --watch[=PORT|tty]  show the stages at work: on a web page of this machine, or as text on standard error
        --help        this text

      Exits with 0, with 1 if an input cannot be read or the output cannot be written, with 2 for a wrong command line.
      """;

  private static final Comparator<KeyValue<String, Long>> ORDER =
      Comparator.<KeyValue<String, Long>>comparingLong(KeyValue::value).reversed().thenComparing(KeyValue::key);

  private final Streams streams;
  private final boolean csv;
  private final int top;

  private WordCount(Streams streams, boolean csv, int top) {
    this.streams = streams;
    this.csv = csv;
    this.top = top;
  }

  /**
   * Runs the program and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String... arguments) {
    Program.main("wordcount", WordCount::run, arguments);
  }

  static void run(String[] arguments, Streams streams, Program.Interruption interruption)
      throws IOException, InterruptedException, UsageError {
    var line = new CommandLine(Set.of("--csv", "--follow", CommandLine.WATCH),
        Map.of("--top", CommandLine.TOP, "--workers", "a number from 1 to 256", "--chaos", CommandLine.CHAOS,
            "--seed", CommandLine.SEED),
        arguments);
    if (line.has("--help")) {
      streams.print(USAGE);
      return;
    }
    var count = new WordCount(streams, line.has("--csv"), line.top());
    int workers = (int) line.number("--workers", 1, 256, 2);
    Trouble trouble = line.trouble();
    var job = new WatchedJob("wordcount", line.watching(), streams);
    if (line.inputs().isEmpty()) throw new UsageError("give at least one file, or - for standard input; see --help");
    Lines.check(line.inputs());
    try (var lines = new Lines(line.inputs(), line.has("--follow"))) {
      if (line.has("--follow")) interruption.ends(lines::stop);
      Keyed<String, String> words = trouble.in(Pipeline.from(LineProducer.of(lines)))
          .flatMap(text -> words(text.text())).named("words")
          .keyBy(word -> word).workers(workers);
      streams.print(count.table(line.has("--follow") ? count.follow(words, trouble, job)
          : job.run(trouble.survivedBy(words.count().toList())), count.top));
      streams.tell(trouble.report());
    }
  }

  /** {@return how often each word occurs, in no order} Shows it meanwhile. */
  private List<KeyValue<String, Long>> follow(Keyed<String, String> words, Trouble trouble, WatchedJob job)
      throws InterruptedException, UsageError {
    Map<String, Long> counts = new ConcurrentHashMap<>();
    LiveCount live = new LiveCount() {
      @Override
      public String table() {
        return WordCount.this.table(listed(counts), Math.min(top, MOST_ROWS)) + line();
      }

      @Override
      public String line() {
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        return LiveCount.count(all, "word") + ", " + counts.size() + " different\n";
      }
    };
    job.run(trouble.survivedBy(
        words.scan(0L, (count, word) -> count + 1).forEach(newest -> counts.put(newest.key(), newest.value()))),
        csv ? Optional.empty() : Optional.of(live));
    return listed(counts);
  }

  private static List<KeyValue<String, Long>> listed(Map<String, Long> counts) {
    return counts.entrySet().stream().map(each -> new KeyValue<>(each.getKey(), each.getValue())).toList();
  }

  private String table(List<KeyValue<String, Long>> counts, int most) {
    List<List<String>> rows = counts.stream().sorted(ORDER).limit(most)
        .map(each -> List.of(each.key(), each.value().toString())).toList();
    return new Columns(List.of("word", "count"), rows, 1).format(csv);
  }

  /** {@return the runs of letters and digits, in lower case} */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int from = -1;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      boolean isInWord = Character.isLetterOrDigit(c);
      if (isInWord && from < 0) from = at;
      if (!isInWord && from >= 0) {
        words.add(text.substring(from, at).toLowerCase(Locale.ROOT));
        from = -1;
      }
      at += Character.charCount(c);
    }
    if (from >= 0) words.add(text.substring(from).toLowerCase(Locale.ROOT));
    return words;
  }
}
