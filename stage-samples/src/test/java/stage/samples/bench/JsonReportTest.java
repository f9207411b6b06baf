package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonReportTest {
  @Test
  void holdsEverything() {
    var machine = new Machine("JDK \"x\"", "VM", "OS\\2", 2, 64, true);
    var result = new Result("race", "who is\tfaster", "ns", List.of(new Result.Score("Stage", new Samples(1, 3))),
        List.of(new Result.Verdict("at most 2 ns", 2, true)));
    var plain = new Result("idle", "nothing", "bytes", List.of(new Result.Score("Stage", new Samples(0.5))), List.of());

    var load = Optional.of(new Load(1.5, 0.25, 2));

    assertThat(JsonReport.of(machine, load, Effort.QUICK, List.of(result, plain))).isEqualTo("""
        {
          "machine": {"jdk": "JDK \\"x\\"", "vm": "VM", "os": "OS\\\\2", "cores": 2,
            "maxHeapMiB": 64, "heapIsFixed": true},
          "load": {"busy": 1.500, "others": 0.250},
          "effort": "quick",
          "results": [
            {"scenario": "race", "about": "who is\\u0009faster", "unit": "ns",
             "contenders": [
               {"name": "Stage", "median": 2.000, "quartile1": 1.500, "quartile3": 2.500, "rounds": [1.000, 3.000]}],
             "goals": [
               {"goal": "at most 2 ns", "measured": 2.000, "met": true}]},
            {"scenario": "idle", "about": "nothing", "unit": "bytes",
             "contenders": [
               {"name": "Stage", "median": 0.500, "quartile1": 0.500, "quartile3": 0.500, "rounds": [0.500]}],
             "goals": []}
          ]
        }
        """);
  }
}
