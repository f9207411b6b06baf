package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.DispatchRule;

class EvenRuleTest {
  private static int[] share(int events, long... demands) {
    int[] shares = new int[demands.length];
    new EvenRule().share(events, new DispatchRule.Subscriptions() {
      @Override
      public int count() {
        return demands.length;
      }

      @Override
      public long demand(int index) {
        return demands[index];
      }

      @Override
      public int weight(int index) {
        return 1;
      }
    }, shares);
    return shares;
  }

  @ParameterizedTest(name = "{0} events to demands {1}: {2}")
  @CsvSource({
      "8, 10 10, 4 4", "9, 10 10, 5 4", "10, 2 100, 2 8", "10, 100 2, 8 2", "5, 0 5 0, 0 5 0", "3, 1 9 5 9, 0 1 1 1",
      "1, 3 3, 1 0",
      "2, 1 2 3, 0 1 1", "100, 3 4, 3 4", "6, 9223372036854775807 1, 5 1", "1, 0 1, 0 1"})
  void sharesEvenlyAndFewToTheNeediest(int events, String demands, String expected) {
    long[] given = Arrays.stream(demands.split(" ")).mapToLong(Long::parseLong).toArray();
    assertThat(share(events, given))
        .containsExactly(Arrays.stream(expected.split(" ")).mapToInt(Integer::parseInt).toArray());
  }

  @Test
  void givesOutAllThatIsWantedAndNoMoreThanAnybodyWants() {
    for (long seed = 0; seed < 2000; seed++) {
      var random = new Random(seed);
      long[] demands = random.longs(1 + random.nextInt(6), 0, 20).toArray();
      int events = 1 + random.nextInt(60);
      int[] shares = share(events, demands);
      for (int i = 0; i < shares.length; i++)
        assertThat((long) shares[i]).as("seed %d", seed).isBetween(0L, demands[i]);
      assertThat((long) Arrays.stream(shares).sum()).as("seed %d", seed)
          .isEqualTo(Math.min(events, Arrays.stream(demands).sum()));
    }
  }
}
