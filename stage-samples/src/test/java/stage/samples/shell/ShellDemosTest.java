package stage.samples.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demos of {@code ./stage shell}, run by jshell with the imports that it has there. */
class ShellDemosTest {
  private static final Path DEMOS = Path.of("..", "stage-samples", "jshell").toAbsolutePath().normalize();

  @TempDir
  private Path folder;

  @Test
  void wordsAndTemperaturesAreCountedByPipelines() throws Exception {
    assertThat(run(DEMOS.resolve("pipeline.jsh"))).contains(
        "flatMap: flatMap → keyBy to 2 workers",
        "[KeyValue[key=the, value=3]]",
        "late: Reading[sensor=cellar, at=2026-11-30T12:00:20Z, celsius=12.0]",
        "2026-11-30T12:00:00Z roof 4.5", "2026-11-30T12:00:00Z cellar 11.0", "2026-11-30T12:02:00Z roof 5.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello.jsh", "supervision.jsh"})
  void stagesRun(String demo) throws Exception {
    assertThat(run(DEMOS.resolve(demo))).isNotBlank();
  }

  @Test
  void n11_whatTheReadmeHasToPasteNeedsNoImport() throws Exception {
    List<String> lines = new ArrayList<>();
    boolean isInside = false;
    for (String line : Files.readAllLines(DEMOS.resolve("../../README.md"))) {
      if (line.equals("```")) isInside = false;
      if (isInside) lines.add(line);
      if (line.equals("```java run")) isInside = true;
    }
    // A line that begins with a dot would be a new statement there.
    String text = String.join("\n", lines).replaceAll("\n +\\.", ".");

    assertThat(run(Files.writeString(folder.resolve("readme.jsh"), text + "\n/exit\n")))
        .contains("{be=2, not=1, or=1, to=2}", "[1]\n[2]\n[3]\n[4]\n");
  }

  private static String run(Path demo) throws Exception {
    var out = new ByteArrayOutputStream();
    var printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    JavaShellToolBuilder.builder()
        .in(new ByteArrayInputStream(new byte[0]), null)
        .out(printed).err(printed)
        .persistence(Map.of())
        .start("-s", "--class-path", System.getProperty("java.class.path"), "--startup", "DEFAULT", "--startup",
            DEMOS.resolve("startup.jsh").toString(), demo.toString());
    String text = out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    assertThat(text).doesNotContain("Error:", "|  Exception", "cannot find symbol");
    return text;
  }
}
