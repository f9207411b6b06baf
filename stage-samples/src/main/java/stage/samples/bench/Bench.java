package stage.samples.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stage.samples.flights.Reason;
import stage.samples.flights.StandardOutput;

/** {@code ./stage bench}: what moving events costs here, beside what the JDK has for it. */
public final class Bench {
  private static final int OK = 0;
  private static final int FAILURE = 1;
  private static final int MISUSE = 2;

  private final PrintStream out;
  private final PrintStream err;

  Bench(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Measures, and ends the JVM: with 0 if all results were right, whether or not goals were met; 1 if one was wrong, 2
   * if the command line made no sense.
   *
   * @param arguments options, see {@code --help}
   */
  public static void main(String[] arguments) {
    int code = new Bench(System.out, System.err).run(List.of(arguments));
    StandardOutput.check("bench");
    System.exit(code);
  }

  int run(List<String> arguments) {
    try {
      var options = BenchOptions.parse(arguments);
      List<Scenario> scenarios = options.choose(Scenarios.all());
      if (options.wantsHelp()) out.print(BenchOptions.USAGE);
      else if (options.wantsList())
        scenarios.forEach(scenario -> out.printf("%-20s %s%n", scenario.name(), scenario.about()));
      else measure(scenarios, options);
      return OK;
    } catch (BenchOptions.Misuse misuse) {
      err.println("bench: " + misuse.getMessage());
      return MISUSE;
    } catch (Exception failure) {
      err.println("bench: " + failure.getMessage());
      // a bug: the user is at a terminal, and can report it
      if (!(failure instanceof WrongResult)) failure.printStackTrace(err);
      return FAILURE;
    }
  }

  private void measure(List<Scenario> scenarios, BenchOptions options) throws Exception {
    if (options.json().isPresent()) ensureWritable(options.json().get());
    var machine = Machine.here();
    var report = new TextReport(out);
    report.begin(machine, options.effort());
    List<Result> results = new ArrayList<>();
    Optional<Load.Mark> begin = Load.now();
    for (Scenario scenario : scenarios) {
      // beside the report, which may go to a file: a scenario takes up to a minute, and says nothing until it is over
      err.printf("bench: %d of %d, %s%n", scenarios.indexOf(scenario) + 1, scenarios.size(), scenario.name());
      Optional<Load.Mark> before = Load.now();
      for (Result result : scenario.measure(options.effort())) {
        results.add(result);
        report.add(result);
      }
      before.flatMap(Load.Mark::since).ifPresent(report::ranBeside);
    }
    Optional<Load> load = begin.flatMap(Load.Mark::since);
    report.end(results, load);
    if (options.json().isPresent()) {
      Files.writeString(options.json().get(), JsonReport.of(machine, load, options.effort(), results));
    }
  }

  /** Says so before minutes are spent. */
  private static void ensureWritable(Path file) throws BenchOptions.Misuse {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new BenchOptions.Misuse("cannot write " + file + ": " + Reason.of(e));
    }
  }
}
