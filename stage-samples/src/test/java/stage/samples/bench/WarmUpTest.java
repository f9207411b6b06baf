package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private static final long LEAST = Duration.ofMillis(100).toNanos();
  private final WarmUp warmUp = new WarmUp(LEAST);

  private boolean isOverAfter(double... figures) {
    for (double figure : figures) warmUp.add(figure, LEAST / 2);
    return warmUp.isOver();
  }

  @Test
  void n06_aFirstRunCountsForNothingHoweverLongItTook() {
    warmUp.add(1000, 100 * LEAST);
    assertThat(warmUp.isOver()).isFalse();
  }

  @Test
  void goesOnWhileRunsGetFaster() {
    assertThat(isOverAfter(1000, 90, 80, 70, 60, 50)).isFalse();
  }

  @Test
  void isOverWhenThreeRunsInARowWereNoBetter() {
    assertThat(isOverAfter(1000, 50, 51, 49.9)).isFalse();
    assertThat(isOverAfter(60)).isTrue();
  }

  @Test
  void isNotOverBeforeThatHasLastedForTheTimeThatItIsGiven() {
    warmUp.add(1000, 1);
    warmUp.add(50, 100 * LEAST / 20);   // long, but it is progress
    for (int run = 0; run < 10; run++) warmUp.add(50, 1);
    assertThat(warmUp.isOver()).isFalse();
    assertThat(isOverAfter(50, 50)).isTrue();
  }

  @Test
  void endsInTheEndEvenIfRunsNeverComeToRest() {
    for (int run = 0; !warmUp.isOver(); run++) warmUp.add(1000 * Math.pow(0.9, run), LEAST);
    assertThat(isOverAfter(1e-9)).isTrue();
  }

  @Nested
  class OfSeveral {
    @Test
    void runsInTurnAndEachUntilItIsWarm() throws Exception {
      var effort = new Effort("least", Duration.ofNanos(1), Duration.ofNanos(1), 2, 100, 50, 2, 1000, 20, 0.01,
          Duration.ofMillis(50));
      List<String> runs = new ArrayList<>();
      WarmUp.all(List.of("a", "b"), effort, contender -> {
        runs.add(contender);
        return 1;
      });
      assertThat(runs.subList(0, 4)).containsExactly("a", "b", "a", "b");
    }
  }
}
