package stage.samples.cookbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGTERM")
class DrainOnExitTest {
  @Test
  void handlesAllThatItHasTakenBeforeItExits() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process = new ProcessBuilder(
        java, "-cp", System.getProperty("java.class.path"), DrainOnExit.class.getName()).start();
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("taking orders");

      process.toHandle().destroy();   // unlike Process.destroy, leaves its output open

      List<String> rest = out.lines().toList();
      assertThat(rest).as("after SIGTERM").singleElement().asString().matches("taken (\\d+), handled \\1");
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
  }
}
