package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelayCountsTest {
  @Test
  void ofOneFlightSaysAllOfIt() {
    assertThat(columns(16)).containsExactly("DTW", "1", "16.00", "16", "100.0", "16");
    assertThat(columns(15)).containsExactly("DTW", "1", "15.00", "15", "0.0", "15");
    assertThat(columns(-7)).containsExactly("DTW", "1", "-7.00", "-7", "0.0", "-7");
  }

  @ParameterizedTest(name = "the mean of {0} is {1}")
  @CsvSource({
    "1 0 0,                                   0.33",
    "1 1 0,                                   0.67",
    "1 0 0 0 0 0 0 0,                         0.13",   // 0.125: half up
    "-1 0 0 0 0 0 0 0,                       -0.13",   // and away from zero
    "3 0 0 0 0 0 0 0,                         0.38",   // 0.375, which half even would round alike
    "5 0 0 0 0 0 0 0,                         0.63",   // 0.625, which half even would round to 0.62
    "9 0 0 0 0 0 0 0,                         1.13",   // 1.125
    "-1 1,                                    0.00",
  })
  void roundsTheMeanHalfUp(String delays, String mean) {
    assertThat(columns(numbers(delays)).get(2)).isEqualTo(mean);
  }

  @Test
  void roundsASmallNegativeMeanToAPlainZero() {
    int[] delays = new int[201];
    delays[0] = -1;

    assertThat(columns(delays).get(2)).isEqualTo("0.00");
  }

  @ParameterizedTest(name = "{0} late of {1} are {2} %")
  @CsvSource({"1, 3, 33.3", "2, 3, 66.7", "1, 8, 12.5", "1, 16, 6.3", "1, 2000, 0.1", "1, 2001, 0.0", "3, 3, 100.0",
      "0, 3, 0.0"})
  void roundsTheShareHalfUp(int late, int flights, String percent) {
    int[] delays = new int[flights];
    Arrays.fill(delays, 0, late, 16);

    assertThat(columns(delays).get(4)).isEqualTo(percent);
  }

  @ParameterizedTest(name = "of {0} flights it is the {1}th")
  @CsvSource({"1, 1", "2, 2", "10, 10", "19, 19", "20, 19", "21, 20", "39, 38", "40, 38", "41, 39", "100, 95",
      "101, 96", "1000, 950"})
  void takesTheNearestRankForThePercentile(int flights, int rank) {
    assertThat(columns(IntStream.rangeClosed(1, flights).toArray()).get(3)).isEqualTo(Integer.toString(rank));
  }

  @Test
  void takesTheLeastAndTheGreatestDelay() {
    assertThat(columns(Delay.LEAST, Delay.MOST)).containsExactly("DTW", "2", "4320.00", "10080", "50.0", "10080");
  }

  @Test
  void agreesWithASortedList() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      int[] delays = random.ints(1 + random.nextInt(300), -60, 500).toArray();
      assertThat(columns(delays)).isEqualTo(Reference.columns("DTW", list(delays)));
    }
  }

  @Test
  void withoutAFlightHasNoRow() {
    assertThatThrownBy(() -> new DelayCounts().row("DTW")).isInstanceOf(IllegalStateException.class);
  }

  private static List<String> columns(int... delays) {
    DelayCounts tally = new DelayCounts();
    for (int delay : delays) tally.add(delay);
    return tally.row("DTW").columns();
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  private static List<Integer> list(int[] delays) {
    List<Integer> list = new ArrayList<>();
    for (int delay : delays) list.add(delay);
    Collections.shuffle(list, new Random(1));
    return list;
  }
}
