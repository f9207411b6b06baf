package stage.samples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelloCrashTest {
  @Test
  void tellsOnOnePageWhatRestartInPlaceMeans() throws Exception {
    var printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Hello.main(new String[] {"--crash"});
    } finally {
      System.setOut(before);
    }

    List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSizeLessThan(40).allMatch(line -> line.length() <= 110);
    assertThat(lines).contains(
        "  printer#1 crashes: paper jam at 3", "  given up after 3 attempts: 7", "  printer#5 ends, sum 38",
        "numbers has seen nothing of it: it is still incarnation 1, and the subscription the first one",
        "sent 9 = handled 8 + dead letters 1; the sum is 1+2+3+4+5+6+8+9 = 38: nothing lost, nothing twice");
  }
}
