package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/** G10: what says that the JVM itself is in trouble is no fault of a stage's, and no restart helps against it. */
class FatalErrorTest extends CrashTest {
  private interface Idle extends Stage.Consumer<Integer> {}

  private static StageRef<Idle> startIn(Supervisor scope, String name) {
    return scope.start(Stage.consumer(name, () -> (batch, from) -> {}));
  }

  private static void crash(StageRef<Idle> stage, Error error) throws InterruptedException {
    stage.cast(behaviour -> {
      throw error;
    });
  }

  @Test
  void anInternalErrorFailsTheScopeWhateverTheSupervisorBelowWouldDo() throws Exception {
    theScopeMayFail();
    Supervisor scope = open(Intensity.of(10));
    Supervisor inner = scope
        .start(SupervisorSpec.of("inner").withIntensity(Intensity.of(10)).withDecisions(failure -> Decision.RESUME));
    StageRef<Idle> other = startIn(scope, "other");
    StageRef<Idle> stage = startIn(inner, "stage");
    var error = new InternalError("the JVM is in trouble");
    crash(stage, error);

    StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::join);
    assertThat(failed.getCause()).isSameAs(error);
    assertThat(failed).hasMessageContaining("test/inner/stage");
    assertThat(Await.end(stage)).isEqualTo(new StopReason.Crashed(error));
    assertThat(Await.end(other)).as("the others are drained").isInstanceOf(StopReason.class);
    assertThat(scope.snapshot().restarts()).isZero();
    assertThat(log.take()).singleElement().satisfies(line -> {
      assertThat(line.getLevel()).isEqualTo(Level.SEVERE);
      assertThat(line.getMessage()).contains("child=stage#1").contains("FAIL_SCOPE");
    });
  }

  @ParameterizedTest
  @ValueSource(classes = {StackOverflowError.class, OutOfMemoryError.class, AssertionError.class, LinkageError.class})
  void otherErrorsAreCrashesAsAnyThrowableIs(Class<? extends Error> type) throws Exception {
    StageRef<Idle> stage = startIn(open(Intensity.of(10)), "stage");
    crash(stage, type.getConstructor().newInstance());
    Await.until(() -> stage.snapshot().incarnation() == 2, "it is restarted", stage);
    assertThat(log.take()).extracting(LogRecord::getMessage).singleElement().asString().contains("decision=RESTART");
  }
}
