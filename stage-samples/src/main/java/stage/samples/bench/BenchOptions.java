package stage.samples.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What was asked for on the command line.
 *
 * @param effort how much is measured
 * @param only names of scenarios, or beginnings of them; empty for all
 * @param json where the results go as JSON
 * @param wantsList whether to list the scenarios only
 * @param wantsHelp whether to print the options only
 */
record BenchOptions(Effort effort, List<String> only, Optional<Path> json, boolean wantsList, boolean wantsHelp) {
  static final String USAGE = """
      usage: ./stage bench [--quick] [--only NAME]... [--json FILE] [--list]

        --quick      fewer rounds: to see whether a change did something
        --only NAME  one scenario, or all whose names begin like that: hops-2-1000, hops-2, hops; may be repeated
        --json FILE  writes all results, each round included, to FILE
        --list       tells what there is
      """;

  /** A command line that makes no sense; the message says why. */
  static final class Misuse extends Exception {
    private static final long serialVersionUID = 1L;

    Misuse(String message) {
      super(message);
    }
  }

  static BenchOptions parse(List<String> arguments) throws Misuse {
    var effort = Effort.FULL;
    List<String> only = new ArrayList<>();
    Optional<Path> json = Optional.empty();
    boolean wantsList = false;
    boolean wantsHelp = false;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      switch (argument) {
        case "--quick" -> effort = Effort.QUICK;
        case "--only" -> only.add(valueOf(argument, "the name of a scenario; --list tells them", rest));
        case "--json" -> json = Optional.of(Path.of(valueOf(argument, "a file to write", rest)));
        case "--list" -> wantsList = true;
        case "--help", "-h" -> wantsHelp = true;
        case String watch when watch.equals("--watch") || watch.startsWith("--watch=") -> throw new Misuse(
            "--watch is not for bench, because to be watched costs time, and that is what is measured;"
                + " ./stage flights --watch shows a pipeline at work");
        default -> throw new Misuse(
            "unknown option " + argument + "; there are: --quick, --only NAME, --json FILE, --list, --help");
      }
    }
    return new BenchOptions(effort, List.copyOf(only), json, wantsList, wantsHelp);
  }

  private static String valueOf(String option, String what, Iterator<String> rest) throws Misuse {
    if (!rest.hasNext()) throw new Misuse(option + " needs a value: " + what);
    return rest.next();
  }

  /** {@return the scenarios that were asked for} */
  List<Scenario> choose(List<Scenario> all) throws Misuse {
    for (String name : only) {
      if (all.stream().noneMatch(scenario -> isMeant(scenario, name))) {
        throw new Misuse(
            "no scenario " + name + "; there are: " + String.join(", ", all.stream().map(Scenario::name).toList()));
      }
    }
    return only.isEmpty() ? all
        : all.stream().filter(scenario -> only.stream().anyMatch(name -> isMeant(scenario, name))).toList();
  }

  private static boolean isMeant(Scenario scenario, String name) {
    return scenario.name().equals(name) || scenario.name().startsWith(name + "-");
  }
}
