package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.supervision.Intensity;

class IntensityWindowTest {
  private static final long PERIOD = 1000;

  private static IntensityWindow window(int restarts) {
    return new IntensityWindow(new Intensity(restarts, Duration.ofNanos(PERIOD)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 100})
  void s12_allowsAsManyRestartsAsItsIntensityAndNotOneMore(int restarts) {
    var window = window(restarts);
    for (int i = 0; i < restarts; i++) assertThat(window.isUsedUp(0)).as("restart %d", i + 1).isFalse();
    assertThat(window.isUsedUp(0)).isTrue();
  }

  @ParameterizedTest(name = "one restart after {0} ns of a period of 1000: used up {1}")
  @CsvSource({"0, true", "999, true", "1000, true", "1001, false"})
  void s13_countsWhatIsExactlyAPeriodOldAndNothingOlder(long later, boolean usedUp) {
    var window = window(1);
    assertThat(window.isUsedUp(0)).isFalse();
    assertThat(window.isUsedUp(later)).isEqualTo(usedUp);
  }

  @Test
  void s12_countsARestartWhenItIsDecided() {
    var window = window(3);
    window.isUsedUp(5);
    assertThat(window.count()).isEqualTo(1);
  }

  @Test
  void s14_isClearedByTimeOnly() {
    var window = window(2);
    window.isUsedUp(0);
    window.isUsedUp(1);
    assertThat(window.isUsedUp(PERIOD)).isTrue();                 // the first still counts
    assertThat(window.isUsedUp(3 * PERIOD)).isFalse();
    assertThat(window.count()).isEqualTo(1);
  }

  @Test
  void s14_slides() {
    var window = window(2);
    assertThat(window.isUsedUp(0)).isFalse();
    assertThat(window.isUsedUp(600)).isFalse();
    assertThat(window.isUsedUp(1001)).as("the one at 0 is too old").isFalse();
    assertThat(window.isUsedUp(1600)).as("those at 600 and 1001 are not").isTrue();
  }

  @Test
  void f44_isRightWhereTheClockWrapsAround() {
    var window = window(1);
    assertThat(window.isUsedUp(Long.MAX_VALUE)).isFalse();
    assertThat(window.isUsedUp(Long.MIN_VALUE + PERIOD)).as("1001 ns later").isFalse();
    assertThat(window.isUsedUp(Long.MIN_VALUE + 2 * PERIOD)).as("1000 ns later").isTrue();
  }

  @Test
  void standsALongestPeriod() {
    var window = new IntensityWindow(new Intensity(1, Duration.ofSeconds(Long.MAX_VALUE)));
    assertThat(window.isUsedUp(0)).isFalse();
    assertThat(window.isUsedUp(Long.MAX_VALUE / 4)).isTrue();
  }

  @Nested
  class WhatOthersGotWrong {
    @Test
    void s20_theNewRestartItselfCounts() {
      assertThat(window(0).isUsedUp(7)).isTrue();
    }

    @Test
    void s20_itCountsRestartsNotTime() {
      var window = window(1);
      for (int i = 0; i < 100; i++) assertThat(window.isUsedUp(i * (PERIOD + 1))).as("restart %d", i).isFalse();
    }

    @Test
    void s20_restartsAndPeriodAreNotMixedUp() {
      var window = new IntensityWindow(new Intensity(1, Duration.ofNanos(5)));   // one in 5, not 5 in one
      assertThat(window.isUsedUp(0)).isFalse();
      assertThat(window.isUsedUp(5)).isTrue();
    }
  }
}
