package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemandValueTest {
  @Test
  void isThousandAndFiveHundredByDefault() {
    assertThat(Demand.DEFAULT).isEqualTo(new Demand(1000, 500, false));
  }

  @ParameterizedTest(name = "max {0}: min {1}, batches of {2}")
  @CsvSource({"1, 0, 1", "2, 1, 1", "3, 1, 2", "10, 5, 5", "64, 32, 32", "1000, 500, 500",
      "2147483647, 1073741823, 1073741824"})
  void ofMaxIsRefilledAtHalfOfIt(int max, int min, int batch) {
    assertThat(Demand.max(max)).isEqualTo(new Demand(max, min, false));
    assertThat(Demand.max(max).batch()).isEqualTo(batch);
  }

  @Test
  void byHandAsksForNothingByItself() {
    assertThat(Demand.manual().isManual()).isTrue();
    assertThat(Demand.manual().batch()).isEqualTo(1000);
    assertThat(Demand.manual().min(900).isManual()).isTrue();
  }

  @ParameterizedTest(name = "max {0}")
  @CsvSource({"0", "-1", "-2147483648"})
  void refusesAMaxBelowOne(int max) {
    String message =
        "max demand must be at least 1, but was " + max + "; use Demand.max(1) to take one event at a time";
    assertThatThrownBy(() -> Demand.max(max)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    assertThatThrownBy(() -> new Demand(max, 0, true)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @ParameterizedTest(name = "min {0} of max 10")
  @CsvSource({"-1", "10", "11"})
  void refusesAMinThatIsNotBelowMax(int min) {
    assertThatThrownBy(() -> Demand.max(10).min(min)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("min demand must be from 0 to max demand - 1 = 9, but was " + min
            + "; use Demand.max(10) for min demand 5");
  }
}
