package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedeliveryValueTest {
  @Test
  void isTwiceByDefault() {
    assertThat(Redelivery.DEFAULT.attempts()).isEqualTo(2);
    assertThat(StageOptions.DEFAULT.redelivery()).isEqualTo(Redelivery.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, Integer.MAX_VALUE})
  void isAsOftenAsItIsTold(int attempts) {
    assertThat(Redelivery.attempts(attempts).attempts()).isEqualTo(attempts);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void attemptsAreAtLeastOne(int attempts) {
    assertThatThrownBy(() -> Redelivery.attempts(attempts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("redelivery attempts must be at least 1, but were " + attempts
            + "; use Redelivery.none() to drop the batch");
  }

  @Test
  void noneIsNone() {
    assertThat(Redelivery.none().attempts()).isZero();
  }

  @Test
  void aRecordOfFewerThanNoneIsRefused() {
    assertThatThrownBy(() -> new Redelivery(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("redelivery attempts must be at least 0, but were -1");
  }

  @Test
  void nullIsRefusedWhereItIsSet() {
    assertThatThrownBy(
        () -> Stage.consumer("name", () -> (Stage.Consumer<Integer>) (batch, from) -> {}).withRedelivery(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("redelivery must not be null; use Redelivery.DEFAULT");
  }
}
