package stage.behaviour.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM like this one, on the same classes: for what wants flags, or an end, of its own. */
public final class OtherJvm {
  /**
   * For simulations, in which one thread runs at a time: one carrier thread, or each switch between two threads wakes
   * another one; and compiled fast rather than well, as in so short a time the second compiler takes more than it
   * gives.
   */
  public static final List<String> SIMULATING = List.of("-Djdk.virtualThreadScheduler.parallelism=1",
      "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private OtherJvm() {}

  /** {@return what starts it; what it says, be it on its standard error, comes as its output} */
  public static ProcessBuilder of(List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp", System.getProperty("java.class.path")));
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /**
   * Runs a program in it to its end; fails if the program does.
   *
   * @param shown what begins with this is printed at once
   * @return the lines that it has said
   */
  public static List<String> run(String shown, List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process process = of(flags, main, arguments).start();
    List<String> lines = new ArrayList<>();
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        if (line.startsWith(shown)) System.out.println(line);
      }
    } finally {
      process.destroyForcibly();   // or it would go on when the test is interrupted
    }
    assertThat(process.waitFor()).as("what %s %s ended with; it said:%n%s", main.getSimpleName(),
        List.of(arguments), String.join("\n", lines)).isZero();
    return lines;
  }
}
