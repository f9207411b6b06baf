package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.AbstractList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TalliesTest {
  private static final List<Row> FIRST = List.of(new Flight("DTW", 5), new Flight("LAS", 7));
  private static final List<Row> SECOND = List.of(new Flight("DTW", 5), new Flight("SFO", 9), new Flight("DTW", 200));

  private final Tallies tallies = new Tallies();

  @BeforeEach
  void countFirst() {
    tallies.count(FIRST, 1);
  }

  @Nested
  class AfterATurnThatWasGood {
    @Test
    void keepWhatItCounted() {
      tallies.takeBackAfter(1);

      assertThat(tallies.rows()).containsExactlyInAnyOrderElementsOf(rowsOf(FIRST));
    }
  }

  @Nested
  class AfterATurnThatWasNot {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void areAsBeforeHoweverFarItCame(int counted) {
      assertThatThrownBy(() -> tallies.count(failingAt(counted), 2)).isInstanceOf(IllegalStateException.class);
      tallies.takeBackAfter(1);

      assertThat(tallies.rows()).containsExactlyInAnyOrderElementsOf(rowsOf(FIRST));
    }

    @Test
    void areAsBeforeIfItFailedWhenAllWasCounted() {
      tallies.count(SECOND, 2);
      tallies.takeBackAfter(1);

      assertThat(tallies.rows()).containsExactlyInAnyOrderElementsOf(rowsOf(FIRST));
    }

    @Test
    void takeItBackOnce() {
      tallies.count(SECOND, 2);
      tallies.takeBackAfter(1);
      tallies.takeBackAfter(1);

      assertThat(tallies.rows()).containsExactlyInAnyOrderElementsOf(rowsOf(FIRST));
    }

    @Test
    void countItAgainUnderTheSameNumber() {
      tallies.count(SECOND, 2);
      tallies.takeBackAfter(1);
      tallies.count(SECOND, 2);
      tallies.takeBackAfter(2);

      assertThat(tallies.rows()).extracting(TableRow::flights).containsExactlyInAnyOrder(3L, 1L, 1L);
    }
  }

  private static List<TableRow> rowsOf(List<Row> rows) {
    Tallies fresh = new Tallies();
    fresh.count(rows, 1);
    return fresh.rows();
  }

  /** The second batch, and then, or before, one that cannot be reached. */
  private static List<Row> failingAt(int index) {
    return new AbstractList<>() {
      @Override
      public Row get(int at) {
        if (at == index) throw new IllegalStateException("unreachable");
        return SECOND.get(at);
      }

      @Override
      public int size() {
        return SECOND.size() + 1;
      }
    };
  }
}
