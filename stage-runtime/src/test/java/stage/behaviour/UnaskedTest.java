package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.OtherJvm;

/** What a library must not do to a program that has only asked it to run stages. */
class UnaskedTest {
  /** What a JVM has that others could see or reach. */
  public static final class Program {
    private Program() {}

    /**
     * Runs stages, and says what has changed.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws Exception {
      ManagementFactory.getPlatformMBeanServer().queryNames(null, null);   // so that the JDK's own are there before
      var properties = (Properties) System.getProperties().clone();
      Set<String> before = state();
      try (Supervisor app = Supervisor.open("shop")) {
        ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", () -> new Numbers(100_000)));
        app.start(Stage.consumer("sink", numbers, () -> (events, from) -> {}));
        app.explain();
        Set<String> during = state();
        during.removeAll(before);
        System.out.println("new: " + during);
        app.join();
      }
      System.out.println("properties: " + properties.equals(System.getProperties()));
      System.out.println("handler: " + Thread.getDefaultUncaughtExceptionHandler());
      System.out.println("flags: " + ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(flag -> flag.startsWith("--")).toList());
    }

    private static Set<String> state() throws IOException {
      Set<String> all = new TreeSet<>();
      for (ObjectName bean : ManagementFactory.getPlatformMBeanServer().queryNames(null, null))
        all.add(bean.toString());
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        for (Path each : open.collect(Collectors.toList())) {
          String target = Files.exists(each) ? Files.readSymbolicLink(each).toString() : "";
          if (target.startsWith("socket:")) all.add(target);
        }
      }
      try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
        children.forEach(child -> all.add("process " + child.pid()));
      }
      return all;
    }
  }

  @Test
  void sec20_needsNoFlagOpensNoSocketStartsNoProcessAndLeavesTheJvmAsItWas() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "this system does not list what a process has open");
    Process process = OtherJvm.of(List.of(), Program.class).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said.lines()).contains("new: []", "properties: true", "handler: null", "flags: []")
        .noneMatch(line -> line.startsWith("WARNING"));
  }
}
