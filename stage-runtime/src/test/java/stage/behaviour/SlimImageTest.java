package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/**
 * An image without jdk.jfr, jdk.httpserver and java.management runs stages, from the module path and from the class
 * path.
 */
class SlimImageTest {
  /** What runs there. */
  public static final class Program {
    private Program() {}

    /**
     * Moves three events, and says what the JVM has.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws InterruptedException {
      try (Supervisor app = Supervisor.open("slim")) {
        var numbers = app.start(Stage.generator("numbers", () -> (Stage.Generator<Integer>) out -> {
          for (int i = 0; i < 3; i++) out.emit(i);
        }));
        app.start(Stage
            .consumer("print", () -> (Stage.Consumer<Integer>) (events, from) -> System.out.println("got " + events))
            .subscribeTo(numbers, Demand.max(10)));
        app.join();
        System.out.println("explained: " + app.explain());
        app.manage();
      } catch (UnsupportedOperationException noManagement) {
        System.out.println(noManagement.getMessage());
      }
      System.out.println("modules: " + ModuleLayer.boot().modules().stream().map(Module::getName).sorted().toList());
    }
  }

  @Test
  void runsStages(@TempDir Path directory) throws Exception {
    Path image = directory.resolve("image");
    link(image);
    String onModulePath =
        run(image, "--add-modules", "stage.runtime", "-cp", placeOf(SlimImageTest.class), Program.class.getName());
    assertThat(onModulePath).contains("modules: [java.base, stage.api, stage.runtime]");
    assertRan(onModulePath);
    String all = String.join(File.pathSeparator, placeOf(SlimImageTest.class), placeOf(Stage.class),
        placeOf(stage.runtime.supervision.Observed.class));
    String onClassPath = run(image, "--limit-modules", "java.base", "-cp", all, Program.class.getName());
    assertThat(onClassPath).contains("modules: [java.base]");
    assertRan(onClassPath);
  }

  private static void assertRan(String output) {
    assertThat(output).contains("got [0", "explained: nothing is stuck: 0 stages",
        "this JVM has no module java.management; add it to the image").doesNotContain("NoClassDefFoundError");
  }

  private static void link(Path image) throws URISyntaxException {
    var said = new StringWriter();
    int code =
        ToolProvider.findFirst("jlink").orElseThrow().run(new PrintWriter(said), new PrintWriter(said), "--module-path",
        placeOf(Stage.class) + File.pathSeparator + placeOf(stage.runtime.supervision.Observed.class),
        "--add-modules", "stage.runtime", "--output", image.toString());
    assertThat(code).as("%s", said).isZero();
  }

  private static String placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private static String run(Path image, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(ownLoader());
    command.add(image.resolve("bin").resolve("java").toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  /**
   * {@return what starts programs with the libraries of this JVM, where those are not the system's; else nothing} A JDK
   * that was built for a newer system may be started by a loader of its own, which its images do not know.
   */
  private static List<String> ownLoader() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.exists(maps)) return List.of();
    for (String line : Files.readAllLines(maps)) {
      String file = line.substring(line.lastIndexOf(' ') + 1);
      boolean isSystems = file.startsWith("/lib") || file.startsWith("/usr/lib");
      if (isSystems || !file.matches("/.*/ld-linux[^/]*")) continue;
      return List.of(file, "--library-path", Path.of(file).getParent().toString());
    }
    return List.of();
  }
}
