package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.ContextCapture;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

class ContextCaptureTest extends CrashTest {
  private static final ThreadLocal<String> DIAGNOSTICS = new ThreadLocal<>();
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> left = new LinkedBlockingQueue<>();

  /** As a logger's MDC: a thread-local that is set, and removed again. */
  private ContextCapture diagnostics() {
    return () -> {
      String captured = DIAGNOSTICS.get();
      return incarnation -> {
        DIAGNOSTICS.set(captured);
        try {
          incarnation.run();
        } finally {
          DIAGNOSTICS.remove();
          left.add(Thread.currentThread().getName());
        }
      };
    };
  }

  private final class Actor implements Stage.Consumer<Integer> {
    @Override
    public void onStart(StageContext context) {
      seen.add("start " + DIAGNOSTICS.get());
    }

    @Override
    public void onStop(StopReason reason) {
      seen.add("stop " + DIAGNOSTICS.get());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  private Supervisor open(ContextCapture context) {
    return open(SupervisorSpec.of("test").withIntensity(Intensity.of(5)).withContext(context));
  }

  private Supervisor openWithDiagnostics(String value) {
    DIAGNOSTICS.set(value);
    try {
      return open(diagnostics());
    } finally {
      DIAGNOSTICS.remove();
    }
  }

  @Nested
  class AContext {
    @Test
    void isCapturedWhenTheScopeOpensAndPutAroundEachIncarnation() throws Exception {
      openWithDiagnostics("request 7");
      StageRef<Actor> actor = start(Stage.consumer("actor", () -> {
        seen.add("create " + DIAGNOSTICS.get());
        return new Actor();
      }));
      assertThat(actor.<String>call(stage -> DIAGNOSTICS.get())).isEqualTo("request 7");
      Troupe.crash(actor);
      assertThat(Await.next(5, seen, actor)).containsExactly(
          "create request 7", "start request 7", "stop request 7", "create request 7", "start request 7");
      assertThat(Await.next(1, left, actor)).containsExactly("stage:test/actor#1");
      actor.stop();
      assertThat(Await.next(1, seen, actor)).containsExactly("stop request 7");
      assertThat(Await.next(1, left)).containsExactly("stage:test/actor#2");
      log.takeRestarts(1);
    }

    @Test
    void isTheRootsInTheWholeTree() throws Exception {
      Supervisor scope = openWithDiagnostics("request 8");
      StageRef<Actor> actor = scope.start(SupervisorSpec.of("inner")).start(Stage.consumer("actor", Actor::new));
      assertThat(actor.<String>call(stage -> DIAGNOSTICS.get())).isEqualTo("request 8");
    }

    @Test
    void isPutAroundDeadLetterHandlers() throws Exception {
      Supervisor scope = openWithDiagnostics("request 9");
      ProducerRef<Integer, ?> one = scope.start(Stage.source("one", Integer.class));
      scope.start(Stage.perEvent("poisoned", one, 1, (Integer event) -> {
        throw new IllegalStateException("poison");
      }).withRedelivery(Redelivery.attempts(1)).withDeadLetters(letter -> seen.add("letter " + DIAGNOSTICS.get())));
      one.emit(1);
      assertThat(Await.next(1, seen, one)).containsExactly("letter request 9");
    }

    @Test
    void mayBindOnlyWithinACall() throws Exception {
      var scoped = new Scoped();
      Supervisor scope = scoped.callWith("bound", () -> open(scoped));
      StageRef<Actor> actor = scope.start(Stage.consumer("actor", Actor::new));
      assertThat(actor.<String>call(stage -> scoped.value())).isEqualTo("bound");
      Troupe.crash(actor);
      assertThat(actor.<String>call(stage -> scoped.value())).isEqualTo("bound");
      log.takeRestarts(1);
    }
  }

  /** As a ScopedValue: bound while a call runs, and not settable. */
  private static final class Scoped implements ContextCapture {
    private final ThreadLocal<String> bound = new ThreadLocal<>();

    String value() {
      return bound.get();
    }

    <T> T callWith(String value, java.util.function.Supplier<T> body) {
      String before = bound.get();
      bound.set(value);
      try {
        return body.get();
      } finally {
        if (before == null) bound.remove();
        else bound.set(before);
      }
    }

    @Override
    public Around capture() {
      String captured = bound.get();
      return incarnation -> callWith(captured, () -> {
        incarnation.run();
        return null;
      });
    }
  }

  @Nested
  class WithoutOne {
    @Test
    void f47_sec17_nothingIsInherited() throws Exception {
      DIAGNOSTICS.set("opener's");
      INHERITED.set("opener's");
      try {
        open(SupervisorSpec.of("test"));
        StageRef<Actor> actor = start(Stage.consumer("actor", Actor::new));
        assertThat(actor.<String>call(stage -> DIAGNOSTICS.get() + " " + INHERITED.get())).isEqualTo("null null");
      } finally {
        DIAGNOSTICS.remove();
        INHERITED.remove();
      }
    }

    @Test
    void f47_sec17_theClassLoaderIsTheSameAfterAThousandRestarts() throws Exception {
      open(Intensity.of(1000));
      StageRef<Actor> actor = start(Stage.consumer("actor", Actor::new));
      ClassLoader before = actor.call(stage -> Thread.currentThread().getContextClassLoader());
      for (int i = 0; i < 1000; i++) Troupe.crash(actor);
      Await.until(() -> actor.snapshot().incarnation() == 1001, "all restarts are over", actor);
      assertThat(actor.<ClassLoader>call(stage -> Thread.currentThread().getContextClassLoader())).isSameAs(before);
      log.take();
    }
  }

  @Nested
  class OneThatIsWrong {
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void failsTheStartIfItThrows() {
      open(() -> incarnation -> {
        throw new IllegalStateException("no context today");
      });
      assertThatThrownBy(() -> start(Stage.consumer("actor", Actor::new))).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("no context today");
    }

    @Test
    void failsTheStartIfItRunsNothing() {
      open(() -> incarnation -> {});
      assertThatThrownBy(() -> start(Stage.consumer("actor", Actor::new))).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("the context did not run the incarnation of stage test/actor; it must run it once");
    }

    @Test
    void isACrashInARestart() throws Exception {
      open(() -> incarnation -> {
        if (runs.incrementAndGet() == 2) throw new IOError();
        incarnation.run();
      });
      StageRef<Actor> actor = start(Stage.consumer("actor", Actor::new));
      Troupe.crash(actor);
      Await.until(() -> actor.snapshot().incarnation() == 2, "it is restarted once more", actor);
      assertThat(log.take()).extracting(LogRecord::getMessage).hasSize(2).last().asString()
          .contains("crashed in=onStart");
    }

    @Test
    void isToldIfItRunsTheIncarnationTwice() throws Exception {
      open(() -> incarnation -> {
        incarnation.run();
        incarnation.run();
      });
      StageRef<Actor> actor = start(Stage.consumer("actor", Actor::new));
      actor.stop();
      Await.end(actor);
      scope().close();
      assertThat(log.take()).singleElement().satisfies(record -> {
        assertThat(record.getMessage()).isEqualTo("the context of stage test/actor threw after its incarnation");
        assertThat(record.getThrown())
            .hasMessage("the context ran an incarnation of stage test/actor twice; it must run it once");
      });
    }

    @Test
    void isRefusedIfItCapturesNull() {
      assertThatThrownBy(() -> open(() -> null)).isInstanceOf(NullPointerException.class)
          .hasMessageContaining("returned null");
    }
  }

  /** Something unchecked that no engine throws by itself. */
  private static final class IOError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    IOError() {
      super(new IOException("context"));
    }
  }

  @Test
  void aKilledIncarnationsSuccessorHasItToo() throws Exception {
    open(SupervisorSpec.of("test").withGrace(Duration.ofMillis(1)).withContext(diagnostics()));
    var release = new java.util.concurrent.CountDownLatch(1);
    var stuck = new LinkedBlockingQueue<Thread>();
    StageRef<Actor> actor = start(Stage.consumer("actor", Actor::new));
    actor.cast(stage -> {
      stuck.add(Thread.currentThread());
      while (release.getCount() > 0) {
        try {
          release.await();
        } catch (InterruptedException ignored) {
          // and goes on
        }
      }
    });
    Thread zombie = Await.next(1, stuck, actor).getFirst();
    DIAGNOSTICS.remove();
    actor.kill();
    Await.until(() -> actor.snapshot().incarnation() == 2, "it is restarted", actor);
    release.countDown();
    zombie.join();
    actor.stop();
    assertThat(Await.next(2, left, actor)).containsExactlyInAnyOrder("stage:test/actor#1", "stage:test/actor#2");
    log.take();
  }
}
