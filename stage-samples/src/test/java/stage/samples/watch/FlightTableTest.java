package stage.samples.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

class FlightTableTest {
  private final BlockingQueue<String> tables = new LinkedBlockingQueue<>();

  @Test
  void hasALineForEachStage() throws InterruptedException {
    FlightTable table = FlightTable.start(tables::add);
    try (table; var shop = Supervisor.open("flight-table")) {
      shop.start(Stage.source("orders", Integer.class));
      String last;
      do {
        last = tables.poll(30, TimeUnit.SECONDS);
        assertThat(last).as("a table within 30 s").isNotNull();
      } while (!last.contains("flight-table/orders"));   // stages of other tests may be in it, too

      List<String> lines = last.lines().toList();
      assertThat(lines.getFirst()).isEqualTo(
          "stage                           busy events demand       in/s      out/s");
      assertThat(lines).anyMatch(line -> line.matches("flight-table/orders( +\\d+%){3} +0 +0"));
    }
  }
}
