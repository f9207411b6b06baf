package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DailyShareTest {
  @Test
  void eachHasItsTurnOnceInSoManyDays() {
    List<Integer> all = List.of(1, 2, 3, 4, 5, 6, 7);
    assertThat(LongStream.range(20_000, 20_003).boxed().flatMap(day -> DailyShare.ofDay(all, 3, day).stream()).toList())
        .containsExactlyInAnyOrderElementsOf(all);
  }
}
