package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Overflow;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.runtime.mailbox.Signals;

class IntakeDoorTest {
  private static final Stage.Producer<Integer> NOTHING = (demand, out) -> {};
  private static final Stage.Generator<Integer> NONE = out -> {};

  private final HandSteps steps = new HandSteps();
  private final Cell<?> cell = steps.cell(
      Stage.producer("numbers", Integer.class, () -> NOTHING).withOverflow(Overflow.dropOldest(2)));

  @BeforeEach
  void start() {
    steps.settle(cell);
  }

  @Nested
  class OfAProducer {
    @Test
    void isShutBeforeItsFirstUse() {
      assertThat(cell.producerHalf().intakeDoor()).isNull();
      assertThat(cell.signals().has(Signals.HANDED_IN)).isFalse();
    }

    @Test
    void staysOpenAndTellsTheCell() {
      Intake<Object> intake = cell.intake();
      assertThat(cell.signals().has(Signals.HANDED_IN)).isTrue();
      assertThat(cell.<Object>intake()).isSameAs(intake);
    }

    @Test
    void takesWhatHasAPlaceUntilItIsClosed() {
      assertThat(cell.tryEmit(1)).isTrue();
      steps.settle(cell);
      assertThat(cell.producerHalf().counts().waiting()).isOne();
      cell.stop();
      steps.settle(cell);
      assertThat(cell.tryEmit(2)).isFalse();
    }

    @Test
    void refusesToOpenOnceTheStageHasEnded() {
      cell.stop();
      steps.settle(cell);
      assertThatThrownBy(cell::intake).isInstanceOf(StageEndedException.class).hasMessageContaining("test/numbers");
    }
  }

  @Test
  void isMissingWhereEventsComeFromTheStageAlone() {
    Cell<?> generator = steps.cell(Stage.generator("loop", Integer.class, () -> NONE));
    assertThatThrownBy(() -> generator.tryEmit(1)).isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("stage test/loop is a generator");
  }
}
