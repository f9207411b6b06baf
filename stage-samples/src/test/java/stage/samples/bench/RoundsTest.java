package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void turnTheOrderEachTimeAndKeepTheSamplesApart() throws Exception {
    List<String> order = new ArrayList<>();
    List<Samples> samples = Rounds.alternate(List.of("a", "b", "c"), 3, contender -> {
      order.add(contender);
      return order.size();
    });

    assertThat(order).containsExactly("a", "b", "c", "c", "b", "a", "a", "b", "c");
    assertThat(samples.get(0).values()).containsExactly(1, 6, 7);
    assertThat(samples.get(2).values()).containsExactly(3, 4, 9);
  }
}
