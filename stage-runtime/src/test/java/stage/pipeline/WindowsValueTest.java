package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Windows;

class WindowsValueTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Nested
  class AShapeMadeByHand {
    @Test
    void isCheckedAsThatOfAFactory() {
      List<ThrowingCallable> wrong = List.of(() -> new Windows.Shape.Tumbling(Duration.ZERO),
          () -> new Windows.Shape.Sliding(Duration.ZERO, SECOND),
          () -> new Windows.Shape.Sliding(SECOND, Duration.ZERO), () -> new Windows.Shape.Sessions(Duration.ZERO),
          () -> new Windows.Shape.Calendar(ChronoUnit.MINUTES, ZoneOffset.UTC), () -> new Windows.Shape.Count(0),
          () -> new Windows.Shape.ByClock(Duration.ofNanos(-1)));

      for (ThrowingCallable call : wrong) {
        assertThatIllegalArgumentException().isThrownBy(call)
            .withMessageContaining("WindowsValueTest.java:").withMessageContaining("but was");
      }
    }

    @Test
    void hasNoNulls() {
      assertThatNullPointerException().isThrownBy(() -> new Windows.Shape.Tumbling(null))
          .withMessageContaining("size must not be null");
      assertThatNullPointerException().isThrownBy(() -> new Windows.Shape.Calendar(ChronoUnit.DAYS, null))
          .withMessageContaining("zone must not be null");
    }
  }

  @Nested
  class SlidingWindows {
    @Test
    void overlapAHundredThousandTimesAtMost() {
      Windows.sliding(Duration.ofSeconds(100), Duration.ofMillis(1));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Windows.sliding(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofNanos(1)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Windows.sliding(Duration.ofDays(1), Duration.ofMillis(1)))
          .withMessageContaining("WindowsValueTest.java:")
          .withMessageContaining("every must be at least PT0.864S")
          .withMessageContaining("but was PT0.001S");
    }
  }
}
