package stage.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeLeftTest {
  @ParameterizedTest
  @CsvSource({"PT0.0009S, 0 ms", "PT0.34S, 340 ms", "PT1S, 1 s", "PT59.999S, 59 s", "PT1M, 1 min",
      "PT4M6.279S, 4 min 6 s", "PT59M59S, 59 min 59 s", "PT1H, 1 h", "PT3H5M59S, 3 h 5 min", "PT49H, 49 h"})
  void isSaidInTwoUnitsAtMost(Duration left, String words) {
    assertThat(TimeLeft.of(left)).isEqualTo(words);
  }
}
