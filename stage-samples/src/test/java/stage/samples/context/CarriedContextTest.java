package stage.samples.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CarriedContextTest {
  @Test
  void showsBothKindsInBothIncarnations() {
    var printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      CarriedContext.main(new String[0]);
    } finally {
      System.setOut(before);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines()).containsExactly(
        "1 in incarnation 1: request 4711 of tenant blue",
        "2 in incarnation 2: request 4711 of tenant blue",
        "3 in incarnation 2: request 4711 of tenant blue");
  }
}
