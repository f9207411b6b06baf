package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.runtime.time.Activity;

class LifecycleTest {
  private final HandSteps steps = new HandSteps();
  private final List<Integer> found = new ArrayList<>();   // the state, as each incarnation finds it
  private final List<StopReason> stops = new ArrayList<>();
  private boolean startFails;

  private final class Counting implements Stage.Producer<Integer> {
    @Override
    public void onStart(StageContext context) {
      if (startFails) throw new IllegalStateException("boom");
      State<Integer> count = context.state("count", 0);
      found.add(count.value());
      count.set(count.value() + 1);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {}

    @Override
    public void onStop(StopReason reason) {
      stops.add(reason);
    }
  }

  private final Cell<?> cell = steps.cell(Stage.producer("numbers", Integer.class, Counting::new));

  private Phase phase() {
    return cell.lifecycle().phase();
  }

  @Nested
  class AFirstStart {
    @Test
    void thatFailsEndsTheCellAndTellsNobodyButItsStarter() {
      startFails = true;
      steps.step(cell);
      assertThat(phase()).isInstanceOf(Phase.Ended.class);
      assertThat(steps.news).isEmpty();
      assertThat(cell.lifecycle().startFailure().cause()).hasMessage("boom");
    }

    @Test
    void isNotMadeIfTheCellIsCancelledBefore() {
      cell.cancel();
      steps.step(cell);
      assertThat(found).isEmpty();
      assertThat(steps.news).isEmpty();
      assertThat(cell.lifecycle().startFailure().cause()).hasMessageContaining("cancelled before it had started");
    }
  }

  @Nested
  class Held {
    @BeforeEach
    void startAndHold() {
      steps.settle(cell);
      cell.hold("test/other");
      steps.settle(cell);
    }

    @Test
    void hasEndedItsIncarnationAndSaysSo() {
      assertThat(phase()).isEqualTo(new Phase.Held());
      assertThat(stops).containsExactly(new StopReason.GroupRestart("test/other"));
      assertThat(steps.news).containsExactly("started", "held");
    }

    @Test
    void waitsUntilItIsReleasedAndKeepsItsStates() {
      assertThat(cell.steps().isReady(Long.MAX_VALUE)).isFalse();
      cell.release(false);
      steps.settle(cell);
      assertThat(phase()).isEqualTo(new Phase.Running());
      assertThat(found).containsExactly(0, 1);
      assertThat(steps.news).containsExactly("started", "held", "restarted");
    }

    @Test
    void findsItsStatesEmptyIfItIsReleasedFresh() {
      cell.release(true);
      steps.settle(cell);
      assertThat(found).containsExactly(0, 0);
    }

    @Test
    void isNotWaitedForOnceItIsStopped() {
      cell.stop();
      steps.settle(cell);
      assertThat(phase()).isInstanceOf(Phase.Ended.class);
      assertThat(steps.news).containsExactly("started", "held", "not held", "ended in drain");
    }

    @Test
    void endsByACancelToo() {
      cell.cancel();
      steps.settle(cell);
      assertThat(steps.news).containsExactly("started", "held", "ended in cancel");
    }
  }

  @Nested
  class ACrash {
    @BeforeEach
    void start() {
      steps.settle(cell);
    }

    private void crash() {
      cell.lifecycle().crash(Activity.TIMER, new IllegalStateException("boom"));
    }

    @Test
    void isAnsweredAsTheOwnerSays() {
      steps.answer = new Directive.End(true);
      crash();
      assertThat(phase()).isInstanceOf(Phase.Ended.class);
      assertThat(steps.news).containsExactly("started", "#1 crashed in a timer, can skip", "ended in a timer");
    }

    @Test
    void thatIsResumedLeavesTheIncarnationAlone() {
      steps.answer = new Directive.Resume();
      crash();
      assertThat(phase()).isEqualTo(new Phase.Running());
      assertThat(stops).isEmpty();
    }

    @Test
    void thatHoldsTheCellSaysThatItWaits() {
      steps.answer = new Directive.Hold(false);
      crash();
      assertThat(phase()).isEqualTo(new Phase.Held());
      assertThat(steps.news).endsWith("held");
    }

    @Test
    void ofALateMessageIsCountedAndNotJudged() {
      cell.lifecycle().stopTakingTurns(new StopReason.Stopped());
      crash();
      assertThat(phase()).isInstanceOf(Phase.Draining.class);
      assertThat(steps.news).containsExactly("started", "suppressed boom");
    }

    @Test
    void isRemembered() {
      steps.nanos = 7;
      crash();
      assertThat(cell.lifecycle().lastCrash())
          .isEqualTo(new Lifecycle.Crash(IllegalStateException.class.getName(), Activity.TIMER, 1, 7));
    }
  }

  @Test
  void noTransitionLeadsOutOfTheEnd() {
    steps.settle(cell);
    cell.cancel();
    steps.settle(cell);
    assertThatThrownBy(() -> cell.lifecycle().release()).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must not become");
  }

  @Test
  void ofACellThatCollapsesLetsItsBehaviourGo() {
    var behaviour = new Counting();
    Cell<?> broken = steps.cell(Stage.producer("broken", Integer.class, () -> behaviour));
    steps.settle(broken);
    assertThat(broken.graph().claim(behaviour)).as("it is in use").isFalse();
    broken.steps().outlives(new IllegalStateException("broken"));
    assertThat(broken.graph().claim(behaviour)).isTrue();
  }
}
