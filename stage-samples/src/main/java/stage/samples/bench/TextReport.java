package stage.samples.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells people what was measured. */
final class TextReport {
  private static final String ROW = "  %-38s %12s  %-23s %s%n";

  private final PrintStream out;

  TextReport(PrintStream out) {
    this.out = out;
  }

  void begin(Machine machine, Effort effort) {
    out.printf("%s%n%s, %d cores, %s%n%s%n",
        machine.jdk(), machine.vm(), machine.cores(), machine.heap(), machine.os());
    out.printf("Load average: %s%n%n", Load.average());
    out.printf(
        "Effort: %s. All contenders run in turn, round by round, and each sum is checked; a number is the median of%n"
            + "the rounds, beside it the middle half of them. What the machine does besides is in every number: only%n"
            + "ratios within one run mean something.%n",
        effort.name());
  }

  void add(Result result) {
    Samples stage = result.scores().getFirst().samples();
    out.printf("%n%s: %s%n", result.name(), result.about());
    out.printf(ROW, "", result.unit(), "middle half", "beside " + Stages.NAME);
    for (var score : result.scores()) {
      Samples samples = score.samples();
      boolean isStage = score.contender().equals(Stages.NAME);
      out.printf(ROW, score.contender(), number(samples.median()),
          number(samples.quantile(0.25)) + " – " + number(samples.quantile(0.75)),
          isStage ? "" : factor(samples.over(stage).median()) + " ×");
    }
    for (var verdict : result.verdicts()) out.printf("  %s%n", line(verdict));
  }

  /** What else the machine did while a scenario ran, if that was much. */
  void ranBeside(Load load) {
    if (load.isDisturbed()) out.printf("  disturbed: %s%n", load.text());
  }

  /** The goals of all scenarios once more, missed ones first, and what the machine did meanwhile. */
  void end(List<Result> results, Optional<Load> load) {
    goals(results);
    out.printf("%n%s; load average: %s%n",
        load.map(Load::text).orElse("how busy the machine was is not known on this system"), Load.average());
  }

  private void goals(List<Result> results) {
    long goals = results.stream().mapToLong(result -> result.verdicts().size()).sum();
    if (goals == 0) return;
    long met = results.stream().flatMap(result -> result.verdicts().stream()).filter(Result.Verdict::isMet).count();
    out.printf("%n%d of %d goals met%n", met, goals);
    for (boolean isMet : new boolean[] {false, true}) {
      for (Result result : results) {
        for (var verdict : result.verdicts())
          if (verdict.isMet() == isMet) out.printf("  %-20s %s%n", result.name(), line(verdict));
      }
    }
  }

  private static String line(Result.Verdict verdict) {
    return (verdict.isMet() ? "met:    " : "MISSED: ") + verdict.goal() + "; measured " + factor(verdict.measured());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }

  private static String factor(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
  }
}
