package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./stage bench} says. */
class BenchTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return new Bench(print(out), print(err)).run(List.of(arguments));
  }

  private static PrintStream print(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Nested
  class AskedForAList {
    @Test
    void namesAllScenarios() {
      assertThat(run("--list")).isZero();
      assertThat(out()).contains("hops-1-1000", "hops-10-2", "fan-out", "broadcast", "partition", "ping-pong",
          "flights", "allocation-1000", "idle");
    }

    @Test
    void namesOnlyThoseThatBeginAsWanted() {
      assertThat(run("--list", "--only", "hops-1", "--only", "idle")).isZero();
      assertThat(out().lines()).extracting(line -> line.split(" ")[0]).containsExactly("hops-1-1000", "hops-1-64",
          "hops-1-2", "idle");
    }
  }

  @Nested
  class WithACommandLineThatMakesNoSense {
    @Test
    void namesTheOptionsThereAre() {
      assertThat(run("--fast")).isEqualTo(2);
      assertThat(err()).isEqualToIgnoringNewLines(
          "bench: unknown option --fast; there are: --quick, --only NAME, --json FILE, --list, --help");
    }

    @Test
    void saysWhyItCannotBeWatched() {
      for (String watch : List.of("--watch", "--watch=8080")) {
        assertThat(run(watch)).isEqualTo(2);
        assertThat(err()).startsWith("bench: --watch is not for bench, because ");
      }
    }

    @Test
    void namesTheScenariosThereAre() {
      assertThat(run("--only", "hop")).isEqualTo(2);
      assertThat(err()).startsWith("bench: no scenario hop; there are: hops-1-1000, ");
    }

    @Test
    void missesAValue() {
      assertThat(run("--quick", "--json")).isEqualTo(2);
      assertThat(err()).isEqualToIgnoringNewLines("bench: --json needs a value: a file to write");
    }

    @Test
    void saysBeforeItMeasuresThatAFileCannotBeWritten(@TempDir Path folder) {
      assertThat(run("--json", folder.resolve("missing").resolve("x.json").toString())).isEqualTo(2);
      assertThat(err()).startsWith("bench: cannot write ");
      assertThat(out()).isEmpty();
    }
  }

  @Nested
  class Measuring {
    @Test
    void tellsTheMachineTheTableAndTheGoals(@TempDir Path folder) throws Exception {
      Path json = folder.resolve("x.json");

      assertThat(run("--quick", "--only", "flights", "--json", json.toString())).isZero();
      assertThat(out()).contains(System.getProperty("java.runtime.version"), " cores",
          "ratios within one run mean something",
          "Files.lines, one thread", "at least 1 × faster than Files.lines.parallel", "of 1 goals met");
      assertThat(err()).isEqualToIgnoringNewLines("bench: 1 of 1, flights");
      assertThat(Files.readString(json)).contains("\"effort\": \"quick\"", "{\"scenario\": \"flights\"",
          "{\"name\": \"Stage\", \"median\": ",
          "{\"goal\": \"at least 1 × faster than Files.lines.parallel, grouping\", \"measured\": ");
    }
  }
}
