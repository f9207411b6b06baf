package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Overflow;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;

/** What has ended keeps its numbers, and neither its states nor its events, be its handle kept or only its scope. */
class EndedStageTest {
  private static final class Big {
    private final byte[] bytes = new byte[100_000];

    int size() {
      return bytes.length;
    }
  }

  private final Supervisor scope =
      Supervisor.open(SupervisorSpec.of("test").withStrategy(Strategy.DYNAMIC).withGrace(Duration.ofMillis(10)));
  private WeakReference<Big> big;

  @AfterEach
  void close() {
    scope.close();
  }

  private Big makeBig() {
    var made = new Big();
    big = new WeakReference<>(made);
    assertThat(made.size()).isPositive();
    return made;
  }

  private final class Holder implements Stage.Consumer<Big> {
    @Override
    public void onStart(StageContext context) {
      context.<String, Big>mapState("big").put("it", makeBig());
      context.state("also", makeBig());
    }

    @Override
    public void onEvents(List<Big> events, Inlet<Big> from) {}
  }

  private static final class Source implements Stage.Producer<Big> {
    @Override
    public void onDemand(long demand, Outlet<Big> out) {}
  }

  @Nested
  class AKeptHandle {
    private void assertNothingIsKeptBy(StageRef<?> handle) {
      Await.collected(big, "what the stage had");
      assertThat(handle.snapshot().status()).isEqualTo(StageSnapshot.Status.ENDED);
    }

    @Test
    void p24_keepsNoStatesOfOneThatWasStopped() {
      StageRef<?> handle = scope.start(Stage.consumer("holder", Holder::new));
      scope.stopChild("holder");
      assertNothingIsKeptBy(handle);
    }

    @Test
    void p24_keepsNoStatesOfOneThatWasCancelled() {
      StageRef<?> handle = scope.start(Stage.consumer("holder", Holder::new).withShutdown(Shutdown.brutal()));
      scope.stopChild("holder");
      assertNothingIsKeptBy(handle);
    }

    @Test
    void p24_keepsNoUndeliveredEvents() throws Exception {
      ProducerRef<Big, Source> handle =
          scope.start(Stage.producer("source", Source::new).withOverflow(Overflow.dropOldest(10)));
      handle.castEmit((stage, out) -> out.emit(makeBig()));
      Await.answered(handle);
      scope.stopChild("source");
      assertNothingIsKeptBy(handle);
      assertThat(handle.snapshot().eventsUndelivered()).isEqualTo(1);
    }

    @Test
    void p24_keepsNoEventsThatItsConsumerLeftBehind() throws Exception {
      ProducerRef<Big, Source> handle = scope.start(Stage.producer("source", Source::new));
      CountDownLatch inHand = new CountDownLatch(1);
      ConsumerRef<Big, Stage.Consumer<Big>> consumer =
          scope.start(Stage.consumer("busy", handle, () -> (events, from) -> {
        inHand.countDown();
        new CountDownLatch(1).await();
      }).withDemand(Demand.max(4)).withShutdown(Shutdown.brutal()));
      handle.castEmit((stage, out) -> {
        for (int i = 0; i < 4; i++) out.emit(makeBig());
      });
      Await.open(inHand, consumer);
      scope.stopChild("source");
      scope.stopChild("busy");
      assertNothingIsKeptBy(handle);
      assertThat(consumer.snapshot().status()).isEqualTo(StageSnapshot.Status.ENDED);
    }
  }

  @Nested
  class ALongLivedScope {
    @Test
    void p24_keepsOnlyNumbersOfThoseThatCameAndWent() throws Exception {
      for (int i = 0; i < 40; i++) {
        scope.start(Stage.consumer("holder", Holder::new).withShutdown(Shutdown.brutal()));
        scope.stopChild("holder");
        ProducerRef<Big, Source> source =
            scope.start(Stage.producer("source", Source::new).withOverflow(Overflow.dropOldest(10)));
        source.castEmit((stage, out) -> out.emit(makeBig()));
        Await.answered(source);
        scope.stopChild("source");
      }
      Await.collected(big, "what the last stage had");
      scope.close();
      assertThat(scope.report().eventsUndelivered()).isEqualTo(40);
      assertThat(scope.report().cancelled()).hasSize(40);
    }
  }
}
