package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.QueueSink;

/** A stage that starts a helper of its own in onStart, and does so again in its next lifecycle. */
class HelperTest extends CrashTest {
  private final BlockingQueue<Integer> started = new LinkedBlockingQueue<>();
  private final BlockingQueue<StopReason> helpersEnd = new LinkedBlockingQueue<>();

  private interface Starts {
    void run(StageContext context) throws Exception;
  }

  private final class WithHelper implements Stage.Consumer<Integer> {
    private final Starts starts;

    WithHelper(Starts starts) {
      this.starts = starts;
    }

    @Override
    public void onStart(StageContext context) throws Exception {
      starts.run(context);
      started.add(context.incarnation());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  private final class Helper implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}

    @Override
    public void onStop(StopReason reason) {
      helpersEnd.add(reason);
    }
  }

  private void crashOnce(ConsumerRef<Integer, WithHelper> main) throws InterruptedException {
    assertThat(Await.next(started, main)).isEqualTo(1);
    main.cast(stage -> {
      throw new IllegalStateException("once");
    });
    assertThat(Await.next(started, main)).isEqualTo(2);
    log.takeRestarts(1);
  }

  @Nested
  class ThatCrashes {
    @Test
    void b14_replacesTheHelperOfItsEarlierLife() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      crashOnce(start(
          Stage.consumer("main", () -> new WithHelper(context -> scope.start(Stage.consumer("helper", Helper::new))))));
      assertThat(helpersEnd).containsExactly(new StopReason.Stopped());
      assertThat(scope.child("helper").isAlive()).isTrue();
    }

    @Test
    void b14_replacesASupervisorToo() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      crashOnce(start(Stage.consumer("main", () -> new WithHelper(context ->
          scope.start(SupervisorSpec.of("helpers"), below -> below.start(Stage.consumer("helper", Helper::new)))))));
      assertThat(helpersEnd).hasSize(1);
      assertThat(scope.childSnapshots()).hasSize(2);
    }

    @Test
    void b14_replacesAHelperThatHasEnded() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      crashOnce(start(Stage.consumer("main", () -> new WithHelper(context -> {
        var helper = scope.start(Stage.consumer("helper", Helper::new));
        if (context.incarnation() == 1) {
          helper.stop();
          helper.join();
        }
      }))));
      assertThat(scope.child("helper").isAlive()).isTrue();
    }

    @Test
    void b14_replacesAHelperThatIsRestartedWithIt() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test").withStrategy(Strategy.ONE_FOR_ALL));
      crashOnce(start(
          Stage.consumer("main", () -> new WithHelper(context -> scope.start(Stage.consumer("helper", Helper::new))))));
      assertThat(scope.child("helper").isAlive()).isTrue();
    }
  }

  @Nested
  class ThatDoesNot {
    @Test
    void b14_mayNotStartItTwice() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      start(Stage.consumer("main", () -> new WithHelper(context -> {
        scope.start(Stage.consumer("helper", Helper::new));
        assertThatThrownBy(() -> scope.start(Stage.consumer("helper", Helper::new)))
            .isInstanceOf(ScopeMisuseException.class)
            .hasMessageContaining("\"helper\" is taken in scope test");
      })));
      assertThat(Await.next(started)).isEqualTo(1);
    }

    @Test
    void b14_leavesTheHelpersOfOthersAlone() throws Exception {
      Supervisor scope = open(Intensity.of(3));
      scope.start(Stage.consumer("helper", QueueSink::new));
      ConsumerRef<Integer, WithHelper> main = start(Stage.consumer("main", () -> new WithHelper(context ->
      assertThatThrownBy(() -> scope.start(Stage.consumer("helper", Helper::new)))
          .isInstanceOf(ScopeMisuseException.class))));
      crashOnce(main);
      assertThat(helpersEnd).isEmpty();
    }
  }
}
