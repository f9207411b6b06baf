package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Numbers;

class FlightRecorderTest {
  private final BlockingQueue<RecordedEvent> crashes = new LinkedBlockingQueue<>();
  private final BlockingQueue<RecordedEvent> ends = new LinkedBlockingQueue<>();
  private final BlockingQueue<RecordedEvent> lanes = new LinkedBlockingQueue<>();

  @Test
  void isToldWhatHappensAndWhatLanesStandAt() throws Exception {
    try (var recording = new RecordingStream()) {
      recording.setReuse(false);
      recording.onEvent("stage.Crash", crashes::add);
      recording.onEvent("stage.End", ends::add);
      recording.enable("stage.Lane").withPeriod(Duration.ofMillis(100));
      recording.onEvent("stage.Lane", lanes::add);
      recording.startAsync();
      try (Supervisor app = Supervisor.open(SupervisorSpec.of("recorded").withIntensity(Intensity.of(9)))) {
        ProducerRef<Integer, Numbers> numbers = app.start(Stage.producer("numbers", Numbers::new));
        app.start(Stage.consumer("sink", () -> (Stage.Consumer<Integer>) (events, from) -> {}).subscribeTo(numbers,
            Demand.max(10)));
        numbers.cast(ignored -> {
          throw new IllegalStateException("secret");
        });
        RecordedEvent lane = next(lanes, app);
        assertThat(lane.getString("scope")).isEqualTo("recorded");
        assertThat(lane.getString("consumer")).isEqualTo("recorded/sink");
      }
      RecordedEvent crash = Await.next(crashes);
      assertThat(crash.getString("stage")).isEqualTo("recorded/numbers");
      assertThat(crash.getString("cause")).isEqualTo("java.lang.IllegalStateException");
      assertThat(crash.getString("during")).isEqualTo("a cast");
      assertThat(crash.getStackTrace()).isNotNull();
      assertThat(crash.getEventType().getCategoryNames()).containsExactly("Stage");
      assertThat(crash.toString()).doesNotContain("secret");
      RecordedEvent end = Await.next(ends);
      assertThat(end.getStackTrace()).isNull();
    }
  }

  /** Tests that ran before in this JVM may have left lanes that were told of. */
  private static RecordedEvent next(BlockingQueue<RecordedEvent> events, Supervisor app) throws InterruptedException {
    RecordedEvent event = Await.next(app, events);
    while (!event.getString("scope").equals("recorded")) event = Await.next(app, events);
    return event;
  }
}
