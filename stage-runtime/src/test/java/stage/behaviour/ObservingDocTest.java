package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Numbers;

/** The guide says what the explanation says, but for the numbers. */
class ObservingDocTest {
  private static final int TRIES = 100;

  private final CountDownLatch release = new CountDownLatch(1);
  private final Supervisor app = Supervisor.open("shop");

  @AfterEach
  void close() {
    release.countDown();
    app.drain(Duration.ofMillis(100));
  }

  private static String masked(String text) {
    return text.replaceAll("\\d+([.,]\\d+)*( ms| s| min)?", "N");
  }

  private void assertThatTheGuideSays(String end) throws IOException {
    String guide = masked(Files.readString(Path.of("..", "docs", "observing.md")));
    String last = "";
    for (int i = 0; i < TRIES; i++) {
      last = masked(app.explain().toString()).replaceAll("`ObservingDocTest\\.\\w+` \\(ObservingDocTest",
          "`Jdbc.execute` (Jdbc");
      if (last.endsWith(end) && guide.contains(last)) return;
    }
    assertThat(guide).contains(last);
  }

  @Test
  void whatItSaysOfAStuckWriter() throws IOException {
    ProducerRef<Integer, ?> prices = app.start(Stage.producer("prices", Numbers::new));
    app.start(Stage.consumer("db-writer", () -> (Stage.Consumer<Integer>) (events, from) -> release.await())
        .subscribeTo(prices, Demand.max(4)));
    assertThatTheGuideSays("in `CountDownLatch.await`");
  }

  @Test
  void whatItSaysOfAPartitionThatNobodyTakes() throws IOException {
    ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", Numbers::new)
        .withDispatcher(Dispatcher.partition(List.of("even", "odd"), event -> event % 2 == 0 ? "even" : "odd")));
    app.start(Stage.consumer("writer", () -> (Stage.Consumer<Integer>) (events, from) -> {})
        .subscribeTo(SubscriptionSpec.to(numbers).withPartition("even").withDemand(Demand.max(4))));
    assertThatTheGuideSays("which no consumer has subscribed to");
  }

  @Test
  void whatItSaysOfASlowStage() throws IOException {
    ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", Numbers::new));
    app.start(Stage
        .consumer("slow", () -> (Stage.Consumer<Integer>) (events, from) -> release.await(2, TimeUnit.MILLISECONDS))
        .subscribeTo(numbers, Demand.max(2)));
    assertThatTheGuideSays("times the rate");
  }
}
