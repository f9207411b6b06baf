package stage.samples.lines;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import stage.samples.flights.TextInput;
import stage.samples.flights.Quoted;
import stage.samples.flights.Trouble;
import stage.samples.flights.UsageError;
import stage.samples.watch.WatchMode;

/**
 * A command line: options and files in any order; after {@code --} everything is a file; of an option given twice the
 * last counts. A value may follow its option or an equals sign.
 */
public final class CommandLine {
  /** All rows of a table. */
  public static final int ALL = Integer.MAX_VALUE;

  /** What the value of {@code --top} must be. */
  public static final String TOP = "a number from 1 on, or all";

  /** What a {@link #time} must be. */
  public static final String TIME = "a time such as 30s, 1m, 1h or 1d";

  /** What the value of {@code --chaos} must be. */
  public static final String CHAOS = "a number from 1 to 1000000";

  /** What the value of {@code --seed} must be. */
  public static final String SEED = "a whole number";

  /** Shows the stages; the one flag that may have a value, behind an equals sign. */
  public static final String WATCH = "--watch";

  private final Set<String> flags;
  private final Map<String, String> valued;
  private final Set<String> given = new HashSet<>();
  private final Map<String, String> values = new HashMap<>();
  private final List<TextInput> inputs = new ArrayList<>();

  /**
   * Reads a command line.
   *
   * @param flags the options without a value; {@code --help} is one anyway
   * @param valued the options with a value, and what it must be
   * @throws UsageError if it makes no sense; the message says why and what would
   */
  public CommandLine(Set<String> flags, Map<String, String> valued, String... arguments) throws UsageError {
    this.flags = flags;
    this.valued = valued;
    Deque<String> rest = new ArrayDeque<>(List.of(arguments));
    while (!rest.isEmpty()) {
      String argument = rest.remove();
      if (argument.equals("--")) {
        while (!rest.isEmpty()) input(rest.remove());
      } else if (argument.startsWith("-") && !argument.equals("-")) {
        option(argument, rest);
      } else {
        input(argument);
      }
    }
    if (inputs.stream().filter(TextInput.StandardInput.class::isInstance).count() > 1) {
      throw new UsageError("standard input (-) can be read once only, but was given more than once");
    }
    if (has("--follow") && (inputs.isEmpty() || !(inputs.getLast() instanceof TextInput.File))) {
      throw new UsageError("--follow needs a file that can grow as its last input");
    }
    // Where events are made, the seed is theirs.
    if (has("--seed") && valued.containsKey("--chaos") && !valued.containsKey("--events") && !has("--chaos")) {
      throw new UsageError("--seed says where --chaos makes trouble; give --chaos N too, or leave it out");
    }
    if (has("--follow") && has("--chaos")) throw new UsageError("--chaos and --follow exclude each other");
  }

  private void option(String argument, Deque<String> rest) throws UsageError {
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    if (name.equals("-h")) name = "--help";
    if (name.equals(WATCH) && flags.contains(WATCH)) {
      values.put(name, equals < 0 ? "" : argument.substring(equals + 1));
      given.add(name);
    } else if (name.equals("--help") || flags.contains(name)) {
      if (equals >= 0) throw new UsageError(name + " takes no value, but was given as " + argument);
      given.add(name);
    } else if (valued.containsKey(name)) {
      if (equals < 0 && rest.isEmpty()) throw new UsageError(name + " needs a value: " + valued.get(name));
      values.put(name, equals < 0 ? rest.remove() : argument.substring(equals + 1));
      given.add(name);
    } else {
      String all = Stream.concat(Stream.concat(flags.stream(), valued.keySet().stream()), Stream.of("--help")).sorted()
          .collect(Collectors.joining(", "));
      throw new UsageError("unknown option " + name + "; there are: " + all);
    }
  }

  private void input(String argument) throws UsageError {
    if (argument.isEmpty()) throw new UsageError("a file name must not be empty");
    inputs.add(argument.equals("-") ? new TextInput.StandardInput() : new TextInput.File(path(argument)));
  }

  private static Path path(String argument) throws UsageError {
    try {
      return Path.of(argument);
    } catch (InvalidPathException e) {
      throw new UsageError("not a file name: \"" + Quoted.plain(argument) + "\"");
    }
  }

  /** {@return whether the option was given} */
  public boolean has(String name) {
    return given.contains(name);
  }

  /** {@return the option's value, if it was given} */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** {@return the inputs, in their order} */
  public List<TextInput> inputs() {
    return List.copyOf(inputs);
  }

  /**
   * {@return the file that the option names, if it was given}
   *
   * @throws UsageError if it is one of the inputs, or no name of a file
   */
  public Optional<Path> output(String name) throws UsageError {
    if (!has(name)) return Optional.empty();
    Path path = path(values.get(name));
    for (TextInput input : inputs) {
      if (input instanceof TextInput.File file && file.path().toAbsolutePath().normalize()
          .equals(path.toAbsolutePath().normalize())) {
        throw new UsageError(name + " must not be one of the inputs, but is " + file.name());
      }
    }
    return Optional.of(path);
  }

  /**
   * {@return the option's value as a whole number, or another one if it was not given}
   *
   * @throws UsageError if it is none from least to most
   */
  public long number(String name, long least, long most, long otherwise) throws UsageError {
    String word = values.get(name);
    if (word == null) return otherwise;
    try {
      long number = Long.parseLong(word);
      if (number >= least && number <= most) return number;
    } catch (NumberFormatException notANumber) {
      // the sentence below says what is wrong with it
    }
    boolean isAny = least == Long.MIN_VALUE && most == Long.MAX_VALUE;
    String range = isAny ? "whole number" : "number from " + least + (most == Long.MAX_VALUE ? " on" : " to " + most);
    throw new UsageError(name + " must be a " + range + ", but was \"" + word + "\"");
  }

  /**
   * {@return how many rows to show: {@code --top}, 10 if it was not given}
   *
   * @throws UsageError if it is neither a number nor all
   */
  public int top() throws UsageError {
    if (value("--top").equals(Optional.of("all"))) return ALL;
    try {
      return (int) number("--top", 1, ALL, 10);
    } catch (UsageError e) {
      throw new UsageError("--top must be " + TOP + ", but was \"" + values.get("--top") + "\"");
    }
  }

  /**
   * {@return {@code --window}, if it was given: such as 30s, 1m, 1h or 1d}
   *
   * @throws UsageError if it is no such time
   */
  public Optional<Duration> window() throws UsageError {
    return time("--window");
  }

  /**
   * {@return the option's value as a time, if it was given: such as 30s, 1m, 1h or 1d}
   *
   * @throws UsageError if it is no such time
   */
  public Optional<Duration> time(String name) throws UsageError {
    String word = values.get(name);
    if (word == null) return Optional.empty();
    if (word.matches("[1-9][0-9]{0,5}[smhd]")) {
      long count = Long.parseLong(word.substring(0, word.length() - 1));
      return Optional.of(switch (word.charAt(word.length() - 1)) {
        case 's' -> Duration.ofSeconds(count);
        case 'm' -> Duration.ofMinutes(count);
        case 'h' -> Duration.ofHours(count);
        default -> Duration.ofDays(count);
      });
    }
    throw new UsageError(name + " must be " + TIME + ", but was \"" + word + "\"");
  }

  /**
   * {@return {@code --watch}: where the stages are shown}
   *
   * @throws UsageError if it is neither a port nor a terminal
   */
  public WatchMode watching() throws UsageError {
    if (!has(WATCH)) return new WatchMode.Nowhere();
    try {
      return WatchMode.of(values.get(WATCH));
    } catch (IllegalArgumentException wrong) {
      throw new UsageError(wrong.getMessage());
    }
  }

  /**
   * {@return {@code --chaos} and {@code --seed}}
   *
   * @throws UsageError if one is no number
   */
  public Trouble trouble() throws UsageError {
    long seed = number("--seed", Long.MIN_VALUE, Long.MAX_VALUE, 0);
    return new Trouble((int) number("--chaos", 1, 1_000_000, 0), has("--seed") ? OptionalLong.of(seed)
        : OptionalLong.empty());
  }
}
