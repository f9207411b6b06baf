package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

/** A thread that is interrupted starts nothing: start() throws, leaves nothing behind, and keeps the flag. */
class InterruptedStarterTest extends StageTest {
  @AfterEach
  void clearTheFlag() {
    Thread.interrupted();
  }

  private void assertNothingStarted(String name) {
    assertThat(scope.childSnapshots()).isEmpty();
    assertThat(scope.counts().specs()).isZero();
    scope.start(Stage.consumer(name, QueueSink::new));   // the name is free
    scope.stopChild(name);
    scope.deleteChild(name);
  }

  @Nested
  class BeforeTheStart {
    @RepeatedTest(50)
    void b41_throwsAndKeepsTheFlag() {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> scope.start(Stage.producer("idle", Idle::new)))
          .isInstanceOf(StageFailedException.class)
          .hasRootCauseInstanceOf(InterruptedException.class)
          .rootCause().hasMessageContaining("was interrupted before it started stage test/idle, which does not run");
      assertThat(Thread.interrupted()).isTrue();
      assertNothingStarted("idle");
    }

    @Test
    void b41_makesNoBehaviour() {
      var made = new AtomicInteger();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> scope.start(Stage.consumer("sink", () -> {
        made.incrementAndGet();
        return new QueueSink();
      }))).isInstanceOf(StageFailedException.class);
      assertThat(made).hasValue(0);
    }

    @Test
    void b41_leavesAStoppedChildStopped() {
      scope.start(Stage.consumer("sink", QueueSink::new));
      scope.stopChild("sink");
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> scope.restartChild("sink")).isInstanceOf(StageFailedException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(scope.restartChild("sink").isAlive()).isTrue();
    }
  }

  @Nested
  class DuringTheStart {
    @Test
    void b41_throwsOnceTheStageHasEnded() throws Exception {
      CountDownLatch starting = new CountDownLatch(1);
      var stopped = new AtomicInteger();
      var starter = new Await.Other<Boolean>(() -> {
        assertThatThrownBy(() -> scope.start(Stage.consumer("stubborn", () -> new Stage.Consumer<Integer>() {
          @Override
          public void onStart(StageContext context) {
            starting.countDown();
            Await.until(Thread::interrupted, "the start is interrupted");   // and starts all the same
          }

          @Override
          public void onEvents(List<Integer> events, Inlet<Integer> from) {}

          @Override
          public void onStop(stage.api.StopReason reason) {
            stopped.incrementAndGet();
          }
        }))).isInstanceOf(StageFailedException.class).hasRootCauseInstanceOf(InterruptedException.class);
        return Thread.interrupted();
      });
      Await.open(starting);
      starter.thread().interrupt();
      assertThat(starter.result()).as("the flag").isTrue();
      assertThat(stopped).hasValue(1);
      assertNothingStarted("stubborn");
    }
  }

  @Test
  void b41_aScopeIsOpenedAndClosedAllTheSame() {
    Thread.currentThread().interrupt();
    Supervisor inner = Supervisor.open("inner");
    inner.start(stage.api.supervision.SupervisorSpec.of("below"));
    inner.close();
    ShutdownReport report = inner.report();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(report.isClean()).isTrue();
  }
}
