package stage.samples.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tells machines what was measured. */
final class JsonReport {
  private JsonReport() {}

  static String of(Machine machine, Optional<Load> load, Effort effort, List<Result> results) {
    return """
        {
          "machine": {"jdk": %s, "vm": %s, "os": %s, "cores": %d,
            "maxHeapMiB": %d, "heapIsFixed": %b},
          "load": %s,
          "effort": %s,
          "results": [
        %s
          ]
        }
        """.formatted(string(machine.jdk()), string(machine.vm()), string(machine.os()), machine.cores(),
            machine.maxHeapMiB(), machine.isHeapFixed(), load.map(JsonReport::load).orElse("null"),
            string(effort.name()), lines(results, "    ", JsonReport::result));
  }

  private static String load(Load load) {
    return "{\"busy\": %s, \"others\": %s}".formatted(number(load.busy()), number(load.others()));
  }

  private static String result(Result result) {
    return """
        {"scenario": %s, "about": %s, "unit": %s,
         "contenders": [
        %s],
         "goals": [%s]}""".formatted(string(result.name()), string(result.about()), string(result.unit()),
            lines(result.scores(), "   ", JsonReport::score),
        result.verdicts().isEmpty() ? "" : "\n" + lines(result.verdicts(), "   ", JsonReport::verdict)).indent(4)
        .strip();
  }

  private static String score(Result.Score score) {
    Samples samples = score.samples();
    String all = Arrays.stream(samples.values()).mapToObj(JsonReport::number).collect(Collectors.joining(", "));
    return "{\"name\": %s, \"median\": %s, \"quartile1\": %s, \"quartile3\": %s, \"rounds\": [%s]}".formatted(
        string(score.contender()),
        number(samples.median()), number(samples.quantile(0.25)), number(samples.quantile(0.75)), all);
  }

  private static String verdict(Result.Verdict verdict) {
    return "{\"goal\": %s, \"measured\": %s, \"met\": %b}".formatted(string(verdict.goal()), number(verdict.measured()),
        verdict.isMet());
  }

  private static <T> String lines(List<T> values, String indent, Function<T, String> format) {
    return values.stream().map(value -> indent + format.apply(value)).collect(Collectors.joining(",\n"));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String string(String text) {
    var json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') json.append('\\').append(c);
      else if (c < ' ') json.append(String.format("\\u%04x", (int) c));
      else json.append(c);
    }
    return json.append('"').toString();
  }
}
