package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.ProducerRef;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

/** The largest values there are work, or are refused where they are given. */
class ExtremesTest {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  @Nested
  class AsManyAsYouLike extends StageTest {
    private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
    private final List<Integer> three = List.of(1, 2, 3);

    @Test
    void b46_sec18_mayWaitInAMailbox() throws Exception {
      // it does not end before the call
      ProducerRef<Integer, ?> source = scope.start(Stage.source("source", Integer.class));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).withMailbox(Integer.MAX_VALUE).subscribeTo(source));
      assertThat(sink.<Integer>call(stage -> 42)).isEqualTo(42);
      source.stop();
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(sink.snapshot().mailbox()).isZero();
    }

    @Test
    void b46_sec18_mayBeHandledAtATime() throws Exception {
      ProducerRef<Integer, ?> source = scope.start(Stage.ofIterable("source", three));
      scope.start(
          Stage.perEvent("each", source, Integer.MAX_VALUE, events::add).withDemand(Demand.max(Integer.MAX_VALUE)));
      scope.join();
      assertThat(events).hasSize(3);
    }

    @Test
    void b46_sec18_mayWaitForAPartition() throws Exception {
      ProducerRef<Integer, ?> source = scope.start(Stage.ofIterable("source", three)
          .withDispatcher(Dispatcher.<Integer>partition(2, event -> event).withBacklog(Integer.MAX_VALUE)));
      for (int i = 0; i < 2; i++) scope.start(Stage.consumer("sink-" + i, () -> new QueueSink(events))
          .subscribeTo(SubscriptionSpec.to(source).withPartition(i)));
      scope.join();
      assertThat(events).hasSize(3);
    }

    @Test
    void b46_sec18_areNotPartitions() {
      assertThatThrownBy(() -> Dispatcher.partition(Integer.MAX_VALUE, event -> event))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "there must be at most 1000000 partitions, but the number was 2147483647; give each of them more keys");
    }
  }

  @Nested
  class AsLongAsYouLike {
    private final SupervisorSpec patient = SupervisorSpec.of("test").withShutdown(FOR_EVER).withGrace(FOR_EVER)
        .withStallWarning(FOR_EVER).withDrainOnExit()
        .withIntensity(new Intensity(Integer.MAX_VALUE, FOR_EVER))
        .withBackoff(new Backoff(Duration.ofNanos(1), FOR_EVER, 1));

    @Test
    void b46_sec18_mayAScopeTakeToClose() throws Exception {
      try (Supervisor scope = Supervisor.open(patient)) {
        var sink = scope.start(
            Stage.consumer("sink", QueueSink::new).withStartTimeout(FOR_EVER).withShutdown(Shutdown.within(FOR_EVER)));
        assertThat(sink.<Integer>call(FOR_EVER, stage -> 42)).isEqualTo(42);
        scope.stopChild("sink");
        assertThat(scope.join(FOR_EVER)).isTrue();
        assertThat(scope.drain(FOR_EVER).isClean()).isTrue();
      }
    }

    @Test
    void b46_sec18_mayATimerTake() throws Exception {
      try (Supervisor scope = Supervisor.open(patient)) {
        var sink = scope.start(Stage.consumer("sink", QueueSink::new));
        sink.call(stage -> {
          stage.context.after(FOR_EVER, () -> {});
          return stage.context.every(FOR_EVER, () -> {});
        });
        Await.answered(sink);
      }
    }

    @Test
    void sec14_mayNotTakeMoreTimersThanAStageCanNeed() throws Exception {
      try (Supervisor scope = Supervisor.open(patient)) {
        var sink = scope.start(Stage.consumer("sink", QueueSink::new));
        sink.call(stage -> {
          StageContext.Timer last = null;
          for (int i = 0; i < 100_000; i++) last = stage.context.after(FOR_EVER, () -> {});
          assertThatThrownBy(() -> stage.context.every(FOR_EVER, () -> {})).isInstanceOf(IllegalStateException.class)
              .hasMessage("stage test/sink has 100000 timers already, which is the most; cancel those it needs no"
                  + " longer, or set one timer for the next of many times");
          last.cancel();
          return stage.context.every(FOR_EVER, () -> {});   // there is room again
        });
        Await.answered(sink);
      }
    }

    @Test
    void b46_sec18_isNotTooShortForAWatch() {
      assertThatThrownBy(() -> SupervisorSpec.of("test").withStallWarning(Duration.ofNanos(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("stallWarning must be at least PT0.001S, or zero for none, but was PT0.000000001S");
    }
  }
}
