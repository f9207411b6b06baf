package stage.samples.flights;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import stage.samples.watch.WatchMode;

/**
 * What the command line asks for. An immutable value, checked when made.
 *
 * @param inputs what to read, in this order; never empty
 * @param by what to group by
 * @param top how many lines of the table to show; {@link #ALL} for every one
 * @param format how to write the table
 * @param follow whether to go on reading as the last input grows
 * @param rejects where to keep malformed lines
 * @param parsers how many stages share the parsing
 * @param partitions how many stages share the counting
 * @param chaos which crashes to make on purpose
 * @param window how long the windows are that flights are counted in; empty for one table of all
 * @param outOfOrder with windows: how much earlier than the one before it a flight may be, and still be counted
 * @param byHand whether to run the stages that are wired by hand, and not the pipeline
 * @param watching how the stages are shown while they run
 * @param quiet whether to say nothing on standard error but what went wrong
 * @param help whether only the usage is asked for
 */
record FlightOptions(
    List<TextInput> inputs,
    Key by,
    int top,
    TableFormat format,
    boolean follow,
    Optional<Path> rejects,
    int parsers,
    int partitions,
    Optional<Chaos.Wish> chaos,
    Optional<Duration> window,
    Duration outOfOrder,
    boolean byHand,
    WatchMode watching,
    boolean quiet,
    boolean help) {

  /** Every line of the table. */
  static final int ALL = Integer.MAX_VALUE;

  /** The flights of a year may be in any order. */
  private static final Duration OUT_OF_ORDER = Duration.ofDays(366);

  /** While a file grows, a window must not wait forever. */
  private static final Duration OUT_OF_ORDER_WHILE_FOLLOWED = Duration.ofDays(1);

  /** How many stages share the parsing: reading and counting take about as long as one of two. */
  static final int PARSERS = 2;

  /** More of a kind would only be threads that wait. */
  static final int MOST_STAGES = 256;

  static final String USAGE =
      """
      usage: ./stage flights [OPTION…] [FILE…]

      Delays of flights, grouped and counted. Reads lines of date,delay,distance,origin,destination from the files, .gz too,
      or - for standard input; without a file, 20,000 flights of early 2001 that come with the program.

        --by origin|destination|route|day|hour   what to group by (origin)
        --top N|all                              how many lines of the table to show (10)
        --window 1h|1d                           a table for each hour or day of departure; also 30m, 7d …
        --out-of-order 1h|1d                     with --window: a flight that departs this much before another of its
                                                 file that came earlier is late, and left out (366d; 1d with --follow)
        --csv, --json                            write the table for machines
        --follow                                 go on reading as the last file grows, until Ctrl-C
        --rejects FILE                           keep every malformed line in FILE
        --by-hand                                run stages that are wired by hand, not a pipeline: the same table
        --parsers N                              how many stages share the parsing (2; with --window one for each file)
        --partitions N                           how many stages share the counting (4)
        --chaos N                                crash N times at random points on the way; the table stays the same
        --seed S                                 with --chaos: chooses the points
        --watch[=PORT]                           show the stages on a web page of this machine while they run
        --watch=tty                              draw them on standard error
        --quiet                                  no progress and no summary on standard error
        --help                                   this text

      Exits with 0, with 1 if the input cannot be read or the output cannot be written, with 2 for a wrong command line.
      """;

  private static final String NAMES =
      "--by, --top, --window, --out-of-order, --csv, --json, --follow, --rejects, --by-hand, --parsers, --partitions,"
          + " --chaos, --seed, --watch, --quiet, --help";

  FlightOptions {
    inputs = List.copyOf(inputs);
  }

  /**
   * Reads a command line. Options and files may come in any order; after {@code --} everything is a file; of an option
   * given twice the last counts.
   *
   * @throws UsageError if it makes no sense; the message says why and what would
   */
  static FlightOptions parse(String... arguments) throws UsageError {
    return new Parser(arguments).parse();
  }

  private static final class Parser {
    private final Deque<String> rest;
    private final List<TextInput> inputs = new ArrayList<>();
    private Key by = Key.ORIGIN;
    private int top = 10;
    private boolean csv;
    private boolean json;
    private boolean follow;
    private Optional<Path> rejects = Optional.empty();
    private int parsers = PARSERS;
    private int partitions = 4;
    private OptionalInt crashes = OptionalInt.empty();
    private OptionalLong seed = OptionalLong.empty();
    private Optional<Duration> window = Optional.empty();
    private Optional<Duration> outOfOrder = Optional.empty();
    private boolean byHand;
    private WatchMode watching = new WatchMode.Nowhere();
    private boolean quiet;
    private boolean help;

    Parser(String... arguments) {
      rest = new ArrayDeque<>(List.of(arguments));
    }

    FlightOptions parse() throws UsageError {
      while (!rest.isEmpty()) {
        String argument = rest.remove();
        if (argument.equals("--")) {
          while (!rest.isEmpty()) input(rest.remove());
        } else if (argument.startsWith("-") && !argument.equals("-")) {
          option(argument);
        } else {
          input(argument);
        }
      }
      return checked();
    }

    /** Takes {@code --name}, {@code --name value} or {@code --name=value}. */
    private void option(String argument) throws UsageError {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (equals >= 0) rest.push(argument.substring(equals + 1));
      int before = rest.size();
      switch (name) {
        case "--by" -> {
          String word = value(name, "one of " + Key.words());
          by = Key.ofWord(word).orElseThrow(
              () -> new UsageError("--by must be one of " + Key.words() + ", but was \"" + word + "\""));
        }
        case "--top" -> {
          String word = value(name, "a number from 1 on, or all");
          top = word.equals("all") ? ALL : number(name, word, ALL, "a number from 1 on, or all");
        }
        case "--parsers" -> parsers = stages(name);
        case "--partitions" -> partitions = stages(name);
        case "--chaos" -> {
          String what = "a number from 1 to " + Chaos.Wish.MOST_CRASHES;
          crashes = OptionalInt.of(number(name, value(name, what), Chaos.Wish.MOST_CRASHES, what));
        }
        case "--seed" -> seed = OptionalLong.of(wholeNumber(name, value(name, "a whole number")));
        case "--rejects" -> rejects = Optional.of(path(value(name, "a file to write")));
        case "--window" -> window = Optional.of(time(name, value(name, "a time such as 1h or 1d")));
        case "--out-of-order" -> outOfOrder = Optional.of(time(name, value(name, "a time such as 1h or 1d")));
        case "--by-hand" -> byHand = true;
        case "--csv" -> csv = true;
        case "--json" -> json = true;
        case "--follow" -> follow = true;
        case "--watch" -> watching = watching(equals < 0 ? "" : value(name, WatchMode.VALUES));
        case "--quiet" -> quiet = true;
        case "--help", "-h" -> help = true;
        default -> throw new UsageError("unknown option " + name + "; there are: " + NAMES);
      }
      if (equals >= 0 && rest.size() == before) throw new UsageError(name + " takes no value, but was given as "
          + argument);
    }

    private String value(String name, String what) throws UsageError {
      if (rest.isEmpty()) throw new UsageError(name + " needs a value: " + what);
      return rest.remove();
    }

    private int stages(String name) throws UsageError {
      String what = "a number from 1 to " + MOST_STAGES;
      return number(name, value(name, what), MOST_STAGES, what);
    }

    private static int number(String name, String word, int most, String what) throws UsageError {
      try {
        int number = Integer.parseInt(word);
        if (number >= 1 && number <= most) return number;
      } catch (NumberFormatException notANumber) {
        // the sentence below says what is wrong with it
      }
      throw new UsageError(name + " must be " + what + ", but was \"" + word + "\"");
    }

    /** Its value is behind an equals sign or there is none, because what follows may be a file. */
    private static WatchMode watching(String word) throws UsageError {
      try {
        return WatchMode.of(word);
      } catch (IllegalArgumentException wrong) {
        throw new UsageError(wrong.getMessage());
      }
    }

    private static Duration time(String name, String word) throws UsageError {
      if (!word.matches("[1-9][0-9]{0,4}[mhd]")) {
        throw new UsageError(name + " must be a time such as 30m, 1h or 1d, but was \"" + word + "\"");
      }
      long count = Long.parseLong(word.substring(0, word.length() - 1));
      return switch (word.charAt(word.length() - 1)) {
        case 'm' -> Duration.ofMinutes(count);
        case 'h' -> Duration.ofHours(count);
        default -> Duration.ofDays(count);
      };
    }

    private static long wholeNumber(String name, String word) throws UsageError {
      try {
        return Long.parseLong(word);
      } catch (NumberFormatException notANumber) {
        throw new UsageError(name + " must be a whole number of at most 64 bits, but was \"" + word + "\"");
      }
    }

    private void input(String argument) throws UsageError {
      inputs.add(argument.equals("-") ? new TextInput.StandardInput() : new TextInput.File(path(argument)));
    }

    private static Path path(String argument) throws UsageError {
      if (argument.isEmpty()) throw new UsageError("a file name must not be empty");
      try {
        return Path.of(argument);
      } catch (InvalidPathException e) {
        throw new UsageError("not a file name: \"" + Quoted.plain(argument) + "\"");
      }
    }

    private FlightOptions checked() throws UsageError {
      if (csv && json) throw new UsageError("--csv and --json exclude each other; give one of them");
      if (inputs.stream().filter(TextInput.StandardInput.class::isInstance).count() > 1) {
        throw new UsageError("standard input (-) can be read once only, but was given more than once");
      }
      if (follow && (inputs.isEmpty() || !(inputs.getLast() instanceof TextInput.File))) {
        throw new UsageError("--follow needs a file that can grow as its last input, but that is "
            + (inputs.isEmpty() ? "the built-in one" : "standard input, which is read to its end anyway"));
      }
      if (seed.isPresent() && crashes.isEmpty()) {
        throw new UsageError("--seed says where --chaos crashes; give --chaos N too, or leave it out");
      }
      if (follow && crashes.isPresent()) {
        throw new UsageError("--chaos and --follow exclude each other:"
            + " a reader that is restarted could not find a file again that was replaced");
      }
      if (outOfOrder.isPresent() && window.isEmpty()) {
        throw new UsageError("--out-of-order says what is late for a window; give --window too, or leave it out");
      }
      if (byHand && window.isPresent()) {
        throw new UsageError("--by-hand and --window exclude each other: only the pipeline has windows");
      }
      if (inputs.isEmpty()) inputs.add(new TextInput.BuiltIn());
      TableFormat format = csv ? TableFormat.CSV : json ? TableFormat.JSON : TableFormat.PLAIN;
      Optional<Chaos.Wish> chaos = crashes.isEmpty() ? Optional.empty()
          : Optional.of(new Chaos.Wish(crashes.getAsInt(), seed));
      return new FlightOptions(inputs, by, top, format, follow, rejects, parsers, partitions, chaos, window,
          outOfOrder.orElse(follow ? OUT_OF_ORDER_WHILE_FOLLOWED : OUT_OF_ORDER), byHand, watching, quiet,
          help);
    }
  }
}
