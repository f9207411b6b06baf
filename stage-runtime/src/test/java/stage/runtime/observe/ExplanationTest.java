package stage.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;

class ExplanationTest {
  /** The writer handles 1,250 events a second, and is busy all the time. */
  @Nested
  class BesideRatesOfALongerTime {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    private final TreeSnapshot now = SampleTrees.shop(NOON, 3_000_000_000L, 12_500);
    private final TreeRates rates =
        TreeRates.between(SampleTrees.shop(NOON.minusSeconds(2), 1_000_000_000L, 10_000), now);

    private String saidOf(String stage, double busy, double capacity) {
      var limit = new Finding.Bottleneck(stage, busy, capacity, 0, Optional.empty(), 1, false);
      return new Explanation(List.of(limit)).beside(now, rates).toString();
    }

    @Test
    void aStageIsNotSaidToHandleLessThanItDoes() {
      assertThat(saidOf("shop/db-writer", 0.8, 900))
          .isEqualTo("`shop/db-writer` is busy 100 % of the time and can handle 1,250 events a second");
      assertThat(saidOf("shop/prices", 0.8, 900))
          .isEqualTo("`shop/prices` is busy 50 % of the time and can handle 2,500 events a second");
    }

    @Test
    void aStageIsSaidToHandleMoreThanItDoes() {
      assertThat(saidOf("shop/db-writer", 0.8, 1_300))
          .isEqualTo("`shop/db-writer` is busy 80 % of the time and can handle 1,300 events a second");
    }

    @Test
    void whereNothingIsWrongTheRateIsTheirs() {
      var healthy = new Explanation(List.of(new Finding.Healthy(2, 0)));
      assertThat(healthy.beside(now, rates).toString()).isEqualTo("nothing is stuck: 2 stages, 1,250 events a second");
      assertThat(healthy.beside(now, TreeRates.NONE)).isEqualTo(healthy);
    }

    @Test
    void whatIsNotKnownStaysUnknown() {
      assertThat(saidOf("shop/db-writer", 1, 0)).endsWith("in one callback that has not returned yet");
      assertThat(saidOf("shop/ended", 0.8, 900)).contains("can handle 900 ");
    }
  }
}
