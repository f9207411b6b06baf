package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.StageRef;
import stage.api.supervision.Failure;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Idle;

/** A factory that was good for the first incarnation, and is not for the next. */
class FactoryAtRestartTest extends CrashTest {
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();

  private StageFailedException failureOf(Supervisor scope) {
    StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::join);
    assertThat(log.take()).isNotEmpty();
    return failed;
  }

  private void assertWarnsThatItIsTheSame(String path, Class<?> type) {
    assertThat(log.take()).extracting(LogRecord::getMessage).filteredOn(line -> line.startsWith("the factory of"))
        .containsExactly("the factory of stage " + path
            + " returned the behaviour of the previous incarnation again, a " + type.getName()
            + ", whose fields still have the values of that incarnation; unless they never change, it must make a"
            + " new one each time");
  }

  private static void assertGoesOn(Idle only, StageRef<Idle> stage) throws InterruptedException {
    Idle there = stage.call(behaviour -> behaviour);
    assertThat(there).isSameAs(only);
  }

  @Test
  void thatReturnsTheSameBehaviourAgainIsWarnedOfOnce() throws Exception {
    var only = new Idle();
    var idle = start(Stage.producer("idle", () -> only));
    for (int crash = 0; crash < 2; crash++) {
      idle.cast(stage -> {
        throw new IOException("disk full");
      });
    }
    assertGoesOn(only, idle);
    assertThat(idle.snapshot().incarnation()).isEqualTo(3);
    assertWarnsThatItIsTheSame("test/idle", Idle.class);
  }

  @Test
  void thatReturnsTheSameBehaviourAgainIsFoundAfterAKill() throws Exception {
    var only = new Idle();
    var idle = start(Stage.producer("idle", () -> only));
    idle.kill();
    assertGoesOn(only, idle);
    assertWarnsThatItIsTheSame("test/idle", Idle.class);
  }

  @Test
  void thatReturnsTheSameBehaviourAgainIsFoundInAGroupRestart() throws Exception {
    open(SupervisorSpec.of("test").withIntensity(Intensity.of(1)).withStrategy(Strategy.ONE_FOR_ALL));
    var only = new Idle();
    var idle = start(Stage.producer("idle", () -> only));
    start(Stage.producer("other", Idle::new)).kill();
    Await.until(() -> idle.snapshot().incarnation() == 2, "restarted", idle);
    assertGoesOn(only, idle);
    assertWarnsThatItIsTheSame("test/idle", Idle.class);
  }

  @Test
  void thatReturnsTheSameBehaviourAgainIsFoundWhenAChildIsRestartedByName() {
    var only = new Idle();
    Supervisor scope = scope();
    start(Stage.producer("idle", () -> only));
    scope.stopChild("idle");
    scope.restartChild("idle");
    assertWarnsThatItIsTheSame("test/idle", Idle.class);
  }

  @Test
  void mayReturnTheSameLambdaWhichHasNoFieldsThatChange() throws Exception {
    var lives = new AtomicInteger();
    Stage.Consumer<Integer> only = (batch, from) -> {
      if (lives.incrementAndGet() == 1) throw new IOException("once");
      handled.addAll(batch);
    };
    var numbers = start(Stage.ofIterable("numbers", List.of(1, 2, 3)));
    var sink = start(Stage.consumer("sink", numbers, () -> only));
    assertThat(Await.next(3, handled, sink)).containsExactly(1, 2, 3);
    assertThat(log.take()).hasSize(1);
  }

  @Test
  void thatThrowsIsWhatTheCrashesAreReportedFor() {
    Supervisor scope = open(Intensity.of(2));
    var lives = new AtomicInteger();
    StageFactory<Idle> factory = () -> {
      if (lives.incrementAndGet() > 1) throw new IOException("no connection");
      return new Idle();
    };
    start(Stage.producer("idle", factory)).kill();
    StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::join);
    assertThat(failed)
        .hasMessageStartingWith("stage test/idle failed in the factory: java.io.IOException: no connection");
    assertThat(failed.history()).extracting(Failure::during).containsExactly("kill", "the factory", "the factory");
    assertThat(log.take()).hasSize(3).last().extracting(line -> line.getMessage()).asString()
        .contains("crashed in=the factory");
  }
}
