package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
  private final BlockingQueue<RecordedEvent> busy = new LinkedBlockingQueue<>();
  private final BlockingQueue<RecordedEvent> turns = new LinkedBlockingQueue<>();
  private final BlockingQueue<RecordedEvent> waits = new LinkedBlockingQueue<>();
  private final CountDownLatch never = new CountDownLatch(1);

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

  @Test
  void isToldOfTurnsAndWaitsThatLastIfItWantsThem() throws Exception {
    try (var recording = new RecordingStream()) {
      recording.setReuse(false);
      recording.enable("stage.Turn").withThreshold(Duration.ofMillis(3));
      recording.onEvent("stage.Turn", turns::add);
      recording.enable("stage.Wait").withThreshold(Duration.ofMillis(3));
      recording.onEvent("stage.Wait", waits::add);
      recording.enable("stage.Busy").withPeriod(Duration.ofMillis(100));
      recording.onEvent("stage.Busy", busy::add);
      recording.startAsync();
      try (Supervisor app = Supervisor.open("recorded")) {
        ProducerRef<Integer, Numbers> numbers = app.start(Stage.producer("numbers", Numbers::new));
        app.start(Stage.consumer("slow", numbers, () -> {
          never.await(5, TimeUnit.MILLISECONDS);
          return (events, from) -> never.await(5, TimeUnit.MILLISECONDS);
        }).withDemand(Demand.max(1)));
        List<String> callbacks = new ArrayList<>();   // of those that took long
        RecordedEvent turn;
        do {
          turn = next(turns, app);
          if (turn.getString("stage").equals("recorded/slow")) callbacks.add(turn.getString("callback"));
        } while (!callbacks.contains("onEvents"));
        assertThat(callbacks).startsWith("the factory");
        assertThat(turn.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(3));
        assertThat(turn.getThread().getJavaName()).isEqualTo("stage:recorded/slow#1");
        RecordedEvent wait = next(waits, app);
        assertThat(wait.getString("stage")).isEqualTo("recorded/numbers");
        assertThat(wait.getString("reason")).isEqualTo("demand");
        assertThat(wait.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(3));
        RecordedEvent share = next(busy, app);
        // On a busy machine there may be periods in which its producer comes late, and it waits.
        while (!share.getString("stage").equals("recorded/slow") || share.getDouble("busy") < 0.5) {
          share = next(busy, app);
        }
        assertThat(share.getDouble("busy")).isBetween(0.5, 1.0);
        assertThat(share.getDouble("in")).isPositive();
      }
    }
  }

  @Test
  void isNotToldOfTurnsUnlessItWantsThem() throws Exception {
    try (var recording = new RecordingStream()) {
      recording.setReuse(false);
      recording.onEvent("stage.Turn", turns::add);
      recording.onEvent("stage.Start", ends::add);
      recording.startAsync();
      try (Supervisor app = Supervisor.open("recorded")) {
        app.start(Stage.consumer("slow", app.start(Stage.producer("numbers", Numbers::new)),
            () -> (events, from) -> never.await(20, TimeUnit.MILLISECONDS)).withDemand(Demand.max(1)));
        next(ends, app);
      }
      recording.stop();   // all that there is has been told then
      assertThat(turns).isEmpty();
    }
  }

  /** Tests that ran before in this JVM may have left lanes that were told of. */
  private static RecordedEvent next(BlockingQueue<RecordedEvent> events, Supervisor app) throws InterruptedException {
    RecordedEvent event = Await.next(app, events);
    while (!event.getString("scope").equals("recorded")) event = Await.next(app, events);
    return event;
  }
}
