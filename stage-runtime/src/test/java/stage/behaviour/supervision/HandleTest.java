package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.supervision.ScopeHandle;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.QueueSink;

/** A container opens a scope on one thread and closes it on another. */
class HandleTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static Supervisor openedElsewhere() throws InterruptedException {
    return Await.result(() -> {
      Supervisor scope = Supervisor.open("bean");
      scope.start(Stage.consumer("sink", scope.start(Stage.producer("idle", Idle::new)), QueueSink::new));
      return scope;
    });
  }

  @Nested
  class OfAScopeWhoseOwnerIsGone {
    @Test
    void b16_stopsAwaitsAndReports() throws Exception {
      Supervisor scope = openedElsewhere();
      ScopeHandle handle = scope.handle();
      assertThatThrownBy(handle::report).isInstanceOf(ScopeMisuseException.class).hasMessageContaining("is still open");
      handle.stop();
      assertThat(handle.awaitEnd(LIMIT)).isTrue();
      assertThat(handle.report().isClean()).isTrue();
      assertThat(handle.report().drained()).isEqualTo(2);
      assertThat(scope.children()).isEmpty();
      assertThat(handle.name()).isEqualTo("bean");
    }

    @Test
    void b16_mayBeAwaitedByMany() throws Exception {
      ScopeHandle handle = openedElsewhere().handle();
      List<Await.Other<Boolean>> waiting =
          List.of(new Await.Other<>(() -> handle.awaitEnd(LIMIT)), new Await.Other<>(() -> handle.awaitEnd(LIMIT)));
      waiting.forEach(Await.Other::blocks);
      handle.stop();
      for (Await.Other<Boolean> each : waiting) assertThat(each.result()).isTrue();
      assertThat(handle.report().stragglers()).isEmpty();
    }

    @Test
    void b16_doesNotWaitForALongerTimeThanAskedFor() throws Exception {
      ScopeHandle handle = openedElsewhere().handle();
      assertThat(handle.awaitEnd(Duration.ofMillis(1))).as("nobody has stopped it").isFalse();
      handle.stop();
      assertThat(handle.awaitEnd(LIMIT)).isTrue();
    }

    @Test
    void b16_isRefusedByAStageOfIt() throws Exception {
      Supervisor scope = openedElsewhere();
      var sink = scope.start(Stage.consumer("other", QueueSink::new));
      assertThatThrownBy(() -> sink.call(stage -> scope.handle().awaitEnd(LIMIT))).cause()
          .isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("its stage bean/other");
      scope.handle().stop();
      assertThat(scope.handle().awaitEnd(LIMIT)).isTrue();
    }
  }

  @Nested
  class OfAScopeThatIsOwned {
    @Test
    void b16_leavesTheOwnerNothingToDo() throws Exception {
      try (Supervisor scope = Supervisor.open(SupervisorSpec.of("owned"))) {
        scope.start(Stage.producer("idle", Idle::new));
        scope.handle().stop();
        assertThat(Await.result(() -> scope.handle().awaitEnd(LIMIT))).isTrue();
        assertThat(scope.report().isClean()).isTrue();
      }
      Supervisor.open("next").close();   // in the right order, for all that the owner sees
    }

    @Test
    void b16_waitsForTheOwnerToClose() throws Exception {
      Supervisor scope = Supervisor.open(SupervisorSpec.of("owned"));
      CountDownLatch release = new CountDownLatch(1);
      scope.start(Stage.consumer("sink", QueueSink::new)).cast(stage -> release.await());
      var other = new Await.Other<>(() -> {
        boolean ended = scope.handle().awaitEnd(LIMIT);
        return ended && scope.handle().report() != null;
      });
      other.blocks();
      release.countDown();
      scope.close();
      assertThat(other.result()).isTrue();
    }
  }

  @Nested
  class TheReport {
    @Test
    void n10_countsTheSourcesThatWereCutShort() throws Exception {
      Supervisor scope = Supervisor.open("short");
      scope.start(Stage.producer("endless", Idle::new));
      scope.start(Stage.ofIterable("finite", List.of())).join();
      scope.start(Stage.consumer("sink", QueueSink::new));
      scope.close();
      assertThat(scope.report().sourcesCutShort()).isEqualTo(1);
      assertThat(scope.report().isClean()).isTrue();
    }
  }
}
