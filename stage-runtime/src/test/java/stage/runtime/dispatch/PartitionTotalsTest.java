package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionTotalsTest {
  @ParameterizedTest(name = "wanted {0}, waiting {1}, backlog {2}: {3}")
  @CsvSource({
      "5 5, 0 0, 10, 10",          // all that is wanted
      "100 5, 0 0, 10, 15",        // as much as fits, if all of it is for the second
      "100 0, 0 10, 10, 0",        // a partition that nobody serves is full
      "100 0, 0 9, 10, 1",
      "0 0, 0 0, 10, 0",
      "5 0, 7 0, 10, 0",           // what waits is wanted already
      "9223372036854775807 9223372036854775807, 0 0, 10, 9223372036854775807",
      "9223372036854775807 0, 0 4, 10, 6"})
  void asksForNoMoreThanFitsWhereverItGoes(String wanted, String waiting, int backlog, long expected) {
    long[] wants = longs(wanted);
    var totals = new PartitionTotals(wants.length, backlog);
    for (int i = 0; i < wants.length; i++) totals.change(i, 7 + i, 3 * i, true, false);
    for (int i = 0; i < wants.length; i++) totals.change(i, wants[i], longs(waiting)[i], wants[i] > 0, false);
    assertThat(totals.demand()).isEqualTo(expected);
    assertThat(totals.waiting()).isEqualTo(Arrays.stream(longs(waiting)).sum());
  }

  private static long[] longs(String text) {
    return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
  }
}
