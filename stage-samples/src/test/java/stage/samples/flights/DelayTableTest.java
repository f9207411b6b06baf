package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DelayTableTest {
  private static final TableRow DTW =
      new TableRow("DTW", 1200, new BigDecimal("4.77"), 61, new BigDecimal("21.4"), 226);
  private static final TableRow ABE = new TableRow("ABE", 7, new BigDecimal("-10.00"), -2, new BigDecimal("0.0"), -1);
  private static final TableRow ZZZ =
      new TableRow("ZZZ", 7, new BigDecimal("100.50"), 500, new BigDecimal("100.0"), 500);

  private final DelayTable table = DelayTable.of(List.of(List.of(ZZZ), List.of(), List.of(ABE, DTW)));

  @Test
  void isInOrderOfFlightsThenKey() {
    assertThat(table.rows()).containsExactly(DTW, ABE, ZZZ);
    assertThat(table.flights()).isEqualTo(1214);
  }

  @Test
  void canBeCutToItsTop() {
    assertThat(table.top(2).rows()).containsExactly(DTW, ABE);
    assertThat(table.top(FlightOptions.ALL)).isEqualTo(table);
  }

  @Nested
  class AsText {
    @Test
    void isAligned() {
      assertThat(table.format(TableFormat.PLAIN)).isEqualTo(
          """
          key  flights  mean_delay  p95_delay  late_percent  worst_delay
          DTW     1200        4.77         61          21.4          226
          ABE        7      -10.00         -2           0.0           -1
          ZZZ        7      100.50        500         100.0          500
          """);
    }

    @Test
    void isCsv() {
      assertThat(table.format(TableFormat.CSV)).isEqualTo(
          """
          key,flights,mean_delay,p95_delay,late_percent,worst_delay
          DTW,1200,4.77,61,21.4,226
          ABE,7,-10.00,-2,0.0,-1
          ZZZ,7,100.50,500,100.0,500
          """);
    }

    @Test
    void isJson() {
      assertThat(table.top(2).format(TableFormat.JSON)).isEqualTo(
          """
          [
            {"key": "DTW", "flights": 1200, "mean_delay": 4.77, "p95_delay": 61, "late_percent": 21.4, "worst_delay": 226},
            {"key": "ABE", "flights": 7, "mean_delay": -10.00, "p95_delay": -2, "late_percent": 0.0, "worst_delay": -1}
          ]
          """);
    }

    @Test
    void isTheSameWhereNumbersAreWrittenOtherwise() {
      Locale before = Locale.getDefault();
      String expected = table.format(TableFormat.PLAIN);
      try {
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        assertThat(table.format(TableFormat.PLAIN)).isEqualTo(expected);
      } finally {
        Locale.setDefault(before);
      }
    }

    @Test
    void withoutRowsHasTheHeaderOnly() {
      DelayTable empty = DelayTable.of(List.of());

      assertThat(empty.format(TableFormat.CSV))
          .isEqualTo("key,flights,mean_delay,p95_delay,late_percent,worst_delay\n");
      assertThat(empty.format(TableFormat.JSON)).isEqualTo("[]\n");
      assertThat(empty.format(TableFormat.PLAIN))
          .isEqualTo("key  flights  mean_delay  p95_delay  late_percent  worst_delay\n");
    }
  }
}
