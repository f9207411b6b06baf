package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LogRateLimitTest {
  private static final long START = Long.MAX_VALUE - 5;   // a clock that wraps
  private static final long SECOND = 1_000_000_000;

  private final LogRateLimit limit = new LogRateLimit(START);

  private int admittedOf(int lines, long nowNanos) {
    int admitted = 0;
    for (int i = 0; i < lines; i++) if (limit.admit(nowNanos) != null) admitted++;
    return admitted;
  }

  @Test
  void letsTenLinesThroughAtOnce() {
    assertThat(limit.admit(START)).isEmpty();
    assertThat(admittedOf(100, START)).isEqualTo(9);
  }

  @Nested
  class AfterAFlood {
    @BeforeEach
    void flood() {
      admittedOf(100, START);
    }

    @Test
    void f37_letsOneLineThroughPerSecond() {
      assertThat(admittedOf(100, START + SECOND - 1)).isZero();
      assertThat(admittedOf(100, START + SECOND)).isEqualTo(1);
      assertThat(admittedOf(100, START + 4 * SECOND)).isEqualTo(3);
    }

    @Test
    void tellsWithTheNextLineHowManyWereHeldBack() {
      assertThat(limit.admit(START + SECOND)).isEqualTo(" (90 lines like this were left out before)");
      assertThat(limit.admit(START + 2 * SECOND)).isEmpty();
    }

    @Test
    void isAsAtFirstWhenItHasBeenQuietForLong() {
      assertThat(admittedOf(100, START + 3600 * SECOND)).isEqualTo(10);
    }
  }
}
