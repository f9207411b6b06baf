package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.runtime.time.Activity;
import stage.runtime.time.StepMachine;

class HandoverTest {
  private final HandSteps steps = new HandSteps();
  private final StepMachine machine = Cells.producer("numbers").steps();
  private final HandSteps.HandDriver driver = steps.driver(machine, false);
  private final Handover handover = new Handover(driver, machine, steps);
  private final Thread old = Thread.currentThread();
  private int chores;

  @Nested
  class OnTheWay {
    @Test
    void intoUserCodeItIsKnownWhichThatIs() {
      assertThat(handover.callback()).isEmpty();
      handover.enter(Activity.ON_EVENTS);
      assertThat(handover.callback()).isEqualTo("onEvents");
      handover.leave(Activity.ON_EVENTS);
      assertThat(handover.callback()).isEmpty();
    }

    @Test
    void eachStayHasANumberOfItsOwnThatIsOdd() {
      handover.enter();
      int first = handover.stay();
      handover.leave();
      assertThat(handover.stay() & 1).isZero();
      handover.enter();
      assertThat(handover.stay()).isNotEqualTo(first);
      assertThat(handover.stay() & 1).isOne();
    }
  }

  /** It was in the engine for user code on a stack that was nearly full, and the way back threw. */
  @Nested
  class AThreadThatCouldNotGoBackIntoUserCode {
    private void leaveForTheEngine() {
      handover.enter();
      handover.leave();
    }

    @Test
    void comesBackFromItAllTheSame() {
      leaveForTheEngine();
      handover.leave();
      assertThat(handover.refused()).isZero();
    }

    @Test
    void mayBeReplacedInItsNextStay() {
      leaveForTheEngine();
      handover.leave();
      handover.enter();
      assertThat(handover.takeOver(old)).isTrue();
      // it is still current, until its successor is there
      assertThatThrownBy(handover::leave).isInstanceOf(Handover.Refused.class);
    }
  }

  @Nested
  class AThreadThatIsReplaced {
    @Test
    void mustBeInUserCode() {
      assertThat(handover.takeOver(old)).isFalse();
      handover.enter();
      assertThat(handover.takeOver(old)).isTrue();
      assertThat(handover.isReplaced(old)).isTrue();
    }

    @Test
    void isReplacedOnce() {
      handover.enter();
      handover.takeOver(old);
      assertThat(handover.takeOver(old)).isFalse();
    }

    @Test
    void isRefusedWhenItComesBackAndIsCounted() {
      handover.enter();
      handover.takeOver(old);
      driver.isCurrent = false;
      assertThatThrownBy(handover::leave).isInstanceOf(Handover.Refused.class);
      assertThat(handover.refused()).isOne();
    }

    @Test
    void isRefusedEvenWhileItsSuccessorIsInUserCode() {
      handover.enter();
      handover.takeOver(old);
      handover.enter();   // the new thread
      driver.isCurrent = false;
      assertThatThrownBy(handover::leave).isInstanceOf(Handover.Refused.class);
      assertThat(handover.stay() & 1).as("the new thread is still in user code").isOne();
    }
  }

  @Nested
  class Chores {
    private void accept() {
      handover.hasChores(() -> chores++);
    }

    @Test
    void areDoneAtOnceWhileTheThreadIsInUserCode() {
      accept();
      handover.enter();
      handover.doChores();
      assertThat(chores).isOne();
      handover.leave();   // the word was given back
    }

    @Test
    void areLeftToTheThreadWhileItIsInTheEngine() {
      accept();
      handover.doChores();
      assertThat(chores).isZero();
      handover.enter();
      assertThat(chores).isOne();
    }

    @Test
    void areDoneOnceForEachTimeThatTheyAreWanted() {
      accept();
      handover.enter();
      handover.doChores();
      handover.leave();
      handover.enter();
      assertThat(chores).isOne();
    }

    @Test
    void areNoneOfAStageThatLeavesUserCodeSoon() {
      handover.enter();
      handover.doChores();
      assertThat(chores).isZero();
    }
  }
}
