package stage.samples.nexmark;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import stage.samples.flights.Streams;
import stage.samples.flights.Trouble;
import stage.samples.flights.UsageError;
import stage.samples.lines.Columns;
import stage.samples.lines.CommandLine;
import stage.samples.lines.Program;
import stage.samples.lines.WatchedJob;

/** {@code ./stage nexmark}: queries over the events of an auction house. See {@link #USAGE}. */
public final class Nexmark {
  static final String USAGE =
      """
      usage: ./stage nexmark --query 1|2|3|8 [OPTION…]

      Queries over the events of an auction house, made by a generator after that of Apache Beam's Nexmark: always the same.

        --query N          1: each bid in euros; 2: bids on some auctions; 3: who in OR, ID or CA sells things of category 10;
                           8: who opens an auction in the ten seconds in which they registered, and in which ten
        --events N         how many events (100000)
        --seed S           chooses the events, and with --chaos which of them fail (0)
        --out-of-order G   in groups of G the events are out of order (1)
        --top N|all        how many results to show, sorted (10; all with --csv)
        --csv              write the results for machines
        --chaos N          make N events fail at random on the way, some with their stage; the results stay the same
        --watch[=PORT|tty] show the stages at work: on a web page of this machine, or as text on standard error
        --help             this text

      Writes on standard error how many events went through per second. Exits with 0, with 1 if the output cannot be written,
      with 2 for a wrong command line.
      """;

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

  /** By the first column in which two results differ: numbers by size, all else as text. */
  private static final Comparator<List<String>> ORDER = (one, other) -> {
    for (int i = 0; i < one.size(); i++) {
      int order = compare(one.get(i), other.get(i));
      if (order != 0) return order;
    }
    return 0;
  };

  private Nexmark() {}

  private static int compare(String one, String other) {
    boolean areNumbers = NUMBER.matcher(one).matches() && NUMBER.matcher(other).matches();
    return areNumbers ? new BigDecimal(one).compareTo(new BigDecimal(other)) : one.compareTo(other);
  }

  /**
   * Runs the program and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String... arguments) {
    Program.main("nexmark", Nexmark::run, arguments);
  }

  static void run(String[] arguments, Streams streams, Program.Interruption interruption) throws IOException,
      InterruptedException, UsageError {
    var line = new CommandLine(Set.of("--csv", CommandLine.WATCH),
        Map.of("--query", "one of 1, 2, 3, 8", "--events", "a number from 1 to 1000000000", "--seed", CommandLine.SEED,
            "--out-of-order", "a number from 1 to 1000000", "--top", CommandLine.TOP, "--chaos", CommandLine.CHAOS),
        arguments);
    if (line.has("--help")) {
      streams.print(USAGE);
      return;
    }
    Trouble trouble = line.trouble();
    var job = new WatchedJob("nexmark", line.watching(), streams);
    if (!line.inputs().isEmpty()) throw new UsageError("the events are made, not read, but a file was given: "
        + line.inputs().getFirst().name());
    Query query = query(line);
    var events = new Generator(line.number("--events", 1, 1_000_000_000, 100_000),
        line.number("--seed", Long.MIN_VALUE, Long.MAX_VALUE, 0),
        line.number("--out-of-order", 1, 1_000_000, 1));
    int top = line.has("--top") || !line.has("--csv") ? line.top() : CommandLine.ALL;
    long before = System.nanoTime();
    List<List<String>> results = new ArrayList<>(job.run(trouble.survivedBy(query.over(events, trouble).toList())));
    double seconds = (System.nanoTime() - before) / 1e9;
    results.sort(ORDER);
    List<List<String>> shown = results.subList(0, Math.min(top, results.size()));
    streams.print(new Columns(query.columns(), shown, query.columns().size()).format(line.has("--csv")));
    streams.tell(String.format(Locale.ROOT, "%d events, %d results, %.0f events/s%n", events.events(), results.size(),
        events.events() / seconds));
    streams.tell(trouble.report());
  }

  private static Query query(CommandLine line) throws UsageError {
    String word = line.value("--query").orElseThrow(() -> new UsageError("--query is missing: one of 1, 2, 3, 8; see --help"));
    return switch (word) {
      case "1" -> Query.Q1;
      case "2" -> Query.Q2;
      case "3" -> Query.Q3;
      case "8" -> Query.Q8;
      default -> throw new UsageError("--query must be one of 1, 2, 3, 8, but was \"" + word + "\"");
    };
  }
}
