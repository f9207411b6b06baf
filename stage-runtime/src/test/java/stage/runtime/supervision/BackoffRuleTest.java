package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.supervision.Backoff;

class BackoffRuleTest {
  private static Backoff nanos(long first, long most, double jitter) {
    return new Backoff(Duration.ofNanos(first), Duration.ofNanos(most), jitter);
  }

  @ParameterizedTest(name = "after crash {0} it waits {1}")
  @CsvSource({"1, 100", "2, 200", "3, 400", "4, 800", "5, 1000", "6, 1000", "1000000, 1000"})
  void s16_doublesUpToItsCap(int crashes, long expected) {
    assertThat(BackoffRule.delayNanos(nanos(100, 1000, 0), crashes, 0.5)).isEqualTo(expected);
  }

  @Test
  void s16_noneIsNone() {
    for (int crashes = 1; crashes < 100; crashes++)
      assertThat(BackoffRule.delayNanos(Backoff.none(), crashes, 0.9)).isZero();
  }

  @ParameterizedTest(name = "jitter {0}, chance {1}: {2} of 1000")
  @CsvSource({"0, 0.999, 1000", "0.2, 0, 1000", "0.2, 0.5, 900", "1, 0.5, 500", "1, 0, 1000"})
  void s16_isShortenedByChanceOnly(double jitter, double chance, long expected) {
    assertThat(BackoffRule.delayNanos(nanos(1000, 1000, jitter), 1, chance)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.5, 0.999999})
  void s16_exponentialIsShortenedByAFifthAtMost(double chance) {
    var backoff = Backoff.exponential(Duration.ofMillis(10), Duration.ofSeconds(1));
    assertThat(BackoffRule.delayNanos(backoff, 3, chance)).isBetween(32_000_000L, 40_000_000L);
  }

  @Test
  void s16_doesNotOverflow() {
    var longest = Duration.ofSeconds(Long.MAX_VALUE);
    var backoff = new Backoff(Duration.ofDays(1), longest, 0);
    for (int crashes = 1; crashes < 200; crashes++) {
      assertThat(BackoffRule.delayNanos(backoff, crashes, 0)).isBetween(Duration.ofDays(1).toNanos(),
          Long.MAX_VALUE / 2);
    }
    assertThat(BackoffRule.delayNanos(new Backoff(longest, longest, 0.5), 9, 0.5)).isPositive();
  }
}
