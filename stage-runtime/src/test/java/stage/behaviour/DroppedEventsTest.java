package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/** An overflow drops events: its author is to know. */
class DroppedEventsTest {
  private static final int EVENTS = 1000;

  private final Logger logger = Logger.getLogger("stage");
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord line) {
      if (line.getMessage().contains("has dropped")) lines.add(line.getLevel() + " " + line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  @Test
  void c5_areLoggedNowAndThenAndCountedInTheReport() throws Exception {
    Supervisor scope = Supervisor.open("dropping");
    try (scope) {
      ProducerRef<Integer, ?> silent =
          scope.start(Stage.producer("silent", () -> (Stage.Producer<Integer>) (demand, out) -> {})
          .withOverflow(Overflow.dropNewest(10)));
      for (int i = 0; i < EVENTS; i++) {
        silent.emit(i);
        silent.call(stage -> null);   // or all might be dropped in one turn, which would be told of once
      }
    }
    assertThat(scope.report().eventsDropped()).isEqualTo(EVENTS - 10);
    assertThat(scope.report().eventsUndelivered()).isEqualTo(10);
    assertThat(lines).hasSizeBetween(10, 100)
        // A turn that is still running when the answer arrives takes the next event too, and tells of both.
        .allSatisfy(line -> assertThat(line).matches(
            "WARNING stage dropping/silent has dropped (1 event|\\d+ events): overflow DROP_NEWEST.*"));
  }
}
