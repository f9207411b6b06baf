package stage.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./stage} says. What it starts is tested where it is written; nothing is built here, so this is fast. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "./stage is a shell script")
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "stage").toAbsolutePath().normalize();

  @TempDir
  private Path elsewhere;

  @Nested
  class WithoutACommand {
    @Test
    void listsWhatItCanDo() throws Exception {
      var run = run(LAUNCHER);

      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).contains("hello", "flights", "bench", "serve-and-count", "context", "shell",
          "supervision.jsh");
      assertThat(run.err()).isEmpty();
    }

    @Test
    void doesSoThroughASymbolicLinkFromAnotherFolder() throws Exception {
      var link = Files.createSymbolicLink(elsewhere.resolve("stage"), LAUNCHER);
      var run = run(link);
      Files.delete(link);   // JUnit warns of links that lead out of its folder

      assertThat(run).isEqualTo(run(LAUNCHER));
    }
  }

  @Nested
  class WithACommandThatDoesNotExist {
    private Run run;

    @BeforeEach
    void ask() throws Exception {
      run = run(LAUNCHER, "nonsense");
    }

    @Test
    void namesItAndListsThoseThereAre() {
      assertThat(run.err()).startsWith("stage: no command nonsense; there are:").contains("flights");
      assertThat(run.out()).isEmpty();
    }

    @Test
    void exitsAsForAnyMisuse() {
      assertThat(run.exitCode()).isEqualTo(2);
    }
  }

  @Nested
  class AskedForADemoThatDoesNotExist {
    @Test
    void namesItAndExitsAsForAnyMisuse() throws Exception {
      var run = run(LAUNCHER, "shell", "nonsense.jsh");

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).startsWith("stage: no file nonsense.jsh");
    }
  }

  /** A terminal is what {@code script} makes; with the sources and the JDK of the test, where nothing takes long. */
  @Nested
  class TheFirstTime {
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    private Path launcher;

    @BeforeEach
    void makeAFolderLikeTheRealOne() throws Exception {
      assumeTrue(Files.exists(SCRIPT) && System.getProperty("os.name").equals("Linux"), "script of util-linux is here");
      launcher = Files.copy(LAUNCHER, elsewhere.resolve("stage"), StandardCopyOption.COPY_ATTRIBUTES);
      for (String module : List.of("api", "runtime", "samples"))
        Files.createDirectories(elsewhere.resolve("stage-" + module + "/src/main/java"));
      Path bin = Files.createDirectories(elsewhere.resolve("jdk/bin"));
      Files.writeString(bin.resolve("../release"), "JAVA_VERSION=\"99.0.1\"\n");
      for (String program : List.of("java", "javac"))
        Files.setPosixFilePermissions(Files.writeString(bin.resolve(program), "#!/bin/sh\n"),
            PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String runOnATerminal() throws Exception {
      Process process = script();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said;
    }

    private Process script() throws IOException {
      var builder = new ProcessBuilder(SCRIPT.toString(), "-qec", launcher + " hello", "/dev/null")
          .redirectErrorStream(true).redirectInput(new File("/dev/null"));
      builder.environment().put("JAVA_HOME", elsewhere.resolve("jdk").toString());
      return builder.start();
    }

    @Test
    void n08_saysOnceWhatItCompilesWithWhichJdk() throws Exception {
      assertThat(runOnATerminal().strip()).isEqualTo("stage: compiling with the JDK 99 in "
          + elsewhere.resolve("jdk") + ", once; this may take a minute");
      assertThat(runOnATerminal()).as("what the second start says").isEmpty();
    }

    @Test
    void saysSoWithoutATerminalToo() throws Exception {
      var builder = new ProcessBuilder(launcher.toString(), "hello").redirectErrorStream(true);
      builder.environment().put("JAVA_HOME", elsewhere.resolve("jdk").toString());
      Process process = builder.start();
      assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("stage: compiling with the JDK 99 in ");
      assertThat(process.waitFor()).isZero();
    }
  }

  private record Run(int exitCode, String out, String err) {}

  private Run run(Path launcher, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    var out = Files.createTempFile(elsewhere, "out", null);
    var err = Files.createTempFile(elsewhere, "err", null);
    var process = new ProcessBuilder(command).directory(elsewhere.toFile())
        .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new Run(process.waitFor(), Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
