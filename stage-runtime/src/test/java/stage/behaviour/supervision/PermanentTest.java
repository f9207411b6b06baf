package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.State;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/** The table of S8 from its columns: what a normal end, a stop, and the end of the scope are to each restart type. */
class PermanentTest extends CrashTest {
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<StopReason> stops = new LinkedBlockingQueue<>();

  /** Three events in each of its lives, counted on over all of them; then it completes. */
  private final class Threes implements Stage.Producer<Integer> {
    private State<Integer> next;
    private int left = 3;

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void onStop(StopReason reason) {
      stops.add(reason);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand && left > 0; i++, left--) {
        out.emit(next.value());
        next.set(next.value() + 1);
      }
      if (left == 0) out.complete();
    }
  }

  private final class Loop implements Stage.Generator<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void onStop(StopReason reason) {
      stops.add(reason);
    }

    @Override
    public void generate(Outlet<Integer> out) {
      for (int i = 0; i < 3; i++) {
        int event = next.value();
        next.set(event + 1);
        out.emit(event);
      }
    }
  }

  private final class Sink implements Stage.Consumer<Integer> {
    private StageContext context;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
    }

    @Override
    public void onStop(StopReason reason) {
      stops.add(reason);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      handled.addAll(events);
    }
  }

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  @Nested
  class APermanentProducer {
    @Test
    void s08_isRestartedWhenItCompletesAndItsStreamGoesOn() throws Exception {
      open(Intensity.of(1_000_000));   // it goes round as fast as it can until it is stopped
      ProducerRef<Integer, Threes> threes = start(Stage.producer("threes", Threes::new).withRestart(Restart.PERMANENT));
      start(Stage.consumer("sink", Sink::new).subscribeTo(threes, Demand.max(2)));
      assertThat(Await.next(30, handled, threes)).isEqualTo(upTo(30));
      assertThat(stops).startsWith(new StopReason.Completed()).doesNotHaveAnyElementsOfTypes(StopReason.Crashed.class);
      threes.stop();
      assertThat(Await.end(threes)).isEqualTo(new StopReason.Stopped());
      log.take();
    }

    @Test
    void s12_thatCompletesTooOftenIsGivenUp() throws Exception {
      Supervisor scope = open(Intensity.of(2));
      ProducerRef<Integer, Threes> threes = start(Stage.producer("threes", Threes::new).withRestart(Restart.PERMANENT));
      start(Stage.consumer("sink", Sink::new).subscribeTo(threes));
      assertThat(Await.next(9, handled, threes)).isEqualTo(upTo(9));
      theScopeMayFail();
      assertThatThrownBy(() -> scope.join(Duration.ofSeconds(60))).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("permanent stage test/threes has ended normally, once too often");
      log.take();
    }
  }

  @Nested
  class APermanentGenerator {
    @Test
    void s08_isRestartedWhenItReturnsAndItsStreamGoesOn() throws Exception {
      open(Intensity.of(1_000_000));
      ProducerRef<Integer, Loop> loop = start(Stage.generator("loop", Loop::new).withRestart(Restart.PERMANENT));
      ConsumerRef<Integer, Sink> sink = start(Stage.consumer("sink", Sink::new).subscribeTo(loop, Demand.max(2)));
      assertThat(Await.next(30, handled, loop)).isEqualTo(upTo(30));
      loop.stop();
      assertThat(Await.end(loop)).isEqualTo(new StopReason.Stopped());
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      log.take();
    }
  }

  @Nested
  class APermanentConsumer {
    @Test
    void s08_livesOnWhenItsLastSubscriptionHasCompleted() throws Exception {
      open(Intensity.of(100));
      ProducerRef<Integer, Threes> first = start(Stage.producer("first", Threes::new));
      ConsumerRef<Integer, Sink> sink =
          start(Stage.consumer("sink", Sink::new).withRestart(Restart.PERMANENT).subscribeTo(first));
      Await.end(first);
      Await.until(() -> sink.snapshot().incarnation() == 2, "it is restarted", sink);
      assertThat(Await.next(3, handled, sink)).isEqualTo(upTo(3));
      ProducerRef<Integer, Threes> second = start(Stage.producer("second", Threes::new));
      sink.subscribeTo(second);
      assertThat(Await.next(3, handled, sink)).isEqualTo(upTo(3));
      Await.until(() -> sink.snapshot().incarnation() == 3, "it is restarted again", sink);
      log.take();
    }

    @Test
    void s08_isRestartedWhenItAsksForItsOwnEnd() throws Exception {
      open(Intensity.of(100));
      ConsumerRef<Integer, Sink> sink = start(Stage.consumer("sink", Sink::new).withRestart(Restart.PERMANENT));
      sink.cast(stage -> stage.context.stop());
      Await.until(() -> sink.snapshot().incarnation() == 2, "it is restarted", sink);
      assertThat(stops).containsExactly(new StopReason.Stopped());
      log.take();
    }
  }

  @ParameterizedTest
  @EnumSource
  void s08_noneIsRestartedWhenItIsStopped(Restart restart) throws Exception {
    Supervisor scope = open(Intensity.of(100));
    StageRef<Sink> sink = start(Stage.consumer("sink", Sink::new).withRestart(restart));
    scope.stopChild("sink");
    assertThat(sink.join()).isEqualTo(new StopReason.Stopped());
    assertThat(stops).hasSize(1);
    assertThat(scope.childSnapshots()).hasSize(restart == Restart.TEMPORARY ? 0 : 1);
  }

  @ParameterizedTest
  @EnumSource
  void s08_noneIsRestartedWhenItsSupervisorStops(Restart restart) throws Exception {
    Supervisor scope = open(Intensity.of(100));
    StageRef<Loop> loop = start(Stage.generator("loop", Loop::new).withRestart(restart));
    scope.close();
    assertThat(loop.join()).isEqualTo(new StopReason.Stopped());
    assertThat(loop.snapshot().incarnation()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"TRANSIENT", "TEMPORARY"})
  void s08_aNormalEndEndsTheOthers(Restart restart) throws Exception {
    Supervisor scope = open(Intensity.of(100));
    ProducerRef<Integer, Threes> threes = start(Stage.producer("threes", Threes::new).withRestart(restart));
    start(Stage.consumer("sink", Sink::new).withRestart(restart).subscribeTo(threes));
    scope.join();
    assertThat(threes.join()).isEqualTo(new StopReason.Completed());
    assertThat(scope.childSnapshots()).hasSize(restart == Restart.TEMPORARY ? 0 : 2);
  }

  @ParameterizedTest
  @EnumSource
  void s08_asABystanderOfAGroupRestartEachIsRestarted(Restart restart) throws Exception {
    open(SupervisorSpec.of("test").withStrategy(Strategy.ONE_FOR_ALL));
    StageRef<Sink> bystander = start(Stage.consumer("bystander", Sink::new).withRestart(restart));
    StageRef<Sink> crasher = start(Stage.consumer("crasher", Sink::new));
    Troupe.crash(crasher);
    Await.until(() -> crasher.snapshot().incarnation() == 2, "it is restarted", crasher);
    if (restart == Restart.TEMPORARY) {
      assertThat(Await.end(bystander)).isEqualTo(new StopReason.Stopped());   // removed, not restarted
    } else {
      Await.until(() -> bystander.snapshot().incarnation() == 2, "it is restarted, too", bystander);
    }
    log.takeRestarts(1);
  }
}
