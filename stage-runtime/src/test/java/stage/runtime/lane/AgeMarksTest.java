package stage.runtime.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class AgeMarksTest {
  private static final long APART = 10_000_000;

  private final AgeMarks marks = new AgeMarks();

  @Test
  void anEventIsAsOldAsTheFirstMarkBehindIt() {
    for (int i = 1; i <= 3; i++) marks.note(10L * i, i * APART);
    assertThat(marks.ageNanos(10, 4 * APART)).isEqualTo(2 * APART);
  }

  /** As a lane that is busy for 248 days does, which notes a mark every ten milliseconds. */
  @Test
  void goOnAfterMoreMarksThanAnIntCounts() throws Exception {
    var noted = AgeMarks.class.getDeclaredField("noted");
    noted.setAccessible(true);
    noted.setLong(marks, Integer.MAX_VALUE);
    assertThatCode(() -> {
      for (int i = 1; i <= 20; i++) marks.note(10L * i, i * APART);
    }).doesNotThrowAnyException();
    assertThat(marks.ageNanos(199, 21 * APART)).isEqualTo(APART);
  }
}
