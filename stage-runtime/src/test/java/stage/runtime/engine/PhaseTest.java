package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import stage.api.StopReason;

/** The simulation takes the transitions; here is what it can never take. */
class PhaseTest {
  private static final StopReason REASON = new StopReason.Stopped();

  @Test
  void eachHasAnEntry() {
    assertThat(Phase.NEXT.keySet())
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Phase.class.getPermittedSubclasses()).stream()
        .<Class<? extends Phase>>map(type -> type.asSubclass(Phase.class)).toList());
  }

  @Test
  void theEndIsFinal() {
    assertThat(Phase.NEXT.get(Phase.Ended.class)).isEmpty();
    assertThatThrownBy(() -> new Phase.Starting().after(new Phase.Ended(REASON)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Ended").hasMessageContaining("must not become Starting");
  }

  @Test
  void whatTakesNoTurnsAnyMoreOnlyEnds() {
    assertThat(Phase.NEXT.get(Phase.Draining.class)).containsExactly(Phase.Ended.class);
    assertThatThrownBy(() -> new Phase.Running().after(new Phase.Draining(REASON)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nothingRunsThatWasNotStarted() {
    for (var entry : Phase.NEXT.entrySet()) {
      if (entry.getKey() != Phase.Starting.class) assertThat(entry.getValue()).doesNotContain(Phase.Running.class);
    }
  }

  @Test
  void aStepThatAFullHeapHasBrokenOffIsMadeAgain() {
    Phase again = new Phase.BackingOff(2);
    assertThat(again.after(new Phase.BackingOff(1))).isSameAs(again);
  }
}
