package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HorizonTest {
  private final Horizon horizon = new Horizon();

  @Nested
  class WhileElementsCome {
    @Test
    void risesWithTheInputsAndNeverFalls() {
      horizon.rise(10);
      horizon.rise(7);
      assertThat(horizon.progress()).isEqualTo(10);
      assertThat(horizon.due()).isEqualTo(10);
    }

    @Test
    void goesBackWithTheTurnAndNotWithAnElement() {
      horizon.rise(10);
      horizon.commit();
      horizon.mark();
      horizon.rise(20);
      horizon.undo();
      assertThat(horizon.due()).isEqualTo(20);
      horizon.rollback();
      assertThat(horizon.due()).isEqualTo(10);
    }

    @Test
    void handsItsSuccessorWhatWasCommitted() {
      horizon.rise(10);
      horizon.commit();
      horizon.rise(20);
      assertThat(horizon.successor().due()).isEqualTo(10);
    }
  }

  @Nested
  class AtTheEnd {
    @Test
    void hasEverythingDue() {
      horizon.rise(10);
      horizon.end(false);
      assertThat(horizon.due()).isEqualTo(Times.FOREVER);
      assertThat(horizon.progress()).isEqualTo(10);
      assertThat(horizon.isCutBefore(11)).isFalse();
    }

    @Test
    void knowsWhatADrainHasTakenAway() {
      horizon.rise(10);
      horizon.end(true);
      assertThat(horizon.isCutBefore(11)).isTrue();
      assertThat(horizon.isCutBefore(10)).isFalse();
    }

    @Test
    void isTakenBackWithTheTurn() {
      horizon.end(true);
      horizon.rollback();
      assertThat(horizon.due()).isEqualTo(Times.NEVER);
    }
  }
}
