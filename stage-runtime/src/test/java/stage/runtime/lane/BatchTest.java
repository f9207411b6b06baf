package stage.runtime.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
  private final Batch<Integer> batch = new Batch<>(new Object[] {0, 1, 2, 3, 4}, 1, 3);

  @Test
  void isTheRunOfItsArray() {
    List<Integer> seen = new ArrayList<>();
    batch.forEach(seen::add);
    assertThat(seen).containsExactly(1, 2, 3);
    assertThat(batch).isEqualTo(List.of(1, 2, 3)).hasSize(3);
    assertThat(batch.toArray()).containsExactly(1, 2, 3);
    assertThat(batch.toArray(new Integer[0])).containsExactly(1, 2, 3);
    assertThat(batch.subList(1, 3)).containsExactly(2, 3);
  }

  @Test
  void hasNothingBeyondIt() {
    assertThatThrownBy(() -> batch.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.set(0, 9)).isInstanceOf(UnsupportedOperationException.class);
  }
}
