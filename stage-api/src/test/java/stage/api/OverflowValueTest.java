package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OverflowValueTest {
  @Test
  void hasAVisibleBoundInEachPolicy() {
    assertThat(Overflow.block()).isEqualTo(new Overflow(Overflow.Kind.BLOCK, 1024));
    assertThat(Overflow.fail()).isEqualTo(new Overflow(Overflow.Kind.FAIL, 0));
    assertThat(Overflow.dropOldest(5)).isEqualTo(new Overflow(Overflow.Kind.DROP_OLDEST, 5));
    assertThat(Overflow.dropNewest(0)).isEqualTo(new Overflow(Overflow.Kind.DROP_NEWEST, 0));
    assertThat(Overflow.fail().withCapacity(3)).isEqualTo(new Overflow(Overflow.Kind.FAIL, 3));
  }

  @Test
  void refusesANegativeCapacity() {
    String message = "overflow capacity must be at least 0, but was -1; use 0 to allow nothing beyond demand";
    assertThatThrownBy(() -> Overflow.block().withCapacity(-1)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> Overflow.dropNewest(-1)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void refusesToDropTheOldestOfNothing() {
    assertThatThrownBy(() -> Overflow.dropOldest(0)).isInstanceOf(IllegalArgumentException.class).hasMessage(
        "overflow capacity must be at least 1 to drop the oldest, but was 0; use Overflow.dropNewest(0) to keep nothing beyond demand");
  }

  @Test
  void refusesToBeOfNoKind() {
    assertThatThrownBy(() -> new Overflow(null, 1)).isInstanceOf(NullPointerException.class)
        .hasMessage("kind must not be null; use Overflow.block()");
  }
}
