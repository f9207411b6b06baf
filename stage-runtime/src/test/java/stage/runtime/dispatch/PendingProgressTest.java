package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stage.runtime.lane.Progress;

class PendingProgressTest {
  private final PendingProgress pending = new PendingProgress();

  private static Progress of(long watermark) {
    return new Progress(watermark, false, false);
  }

  @Test
  void getsThroughWhenAllBeforeItHas() {
    pending.add(of(1), 3);
    assertThat(pending.passed(2)).isNull();
    assertThat(pending.passed(1)).isEqualTo(of(1));
    assertThat(pending.passed(1)).isNull();
  }

  @Test
  void oldestAndNewestAreKept() {
    pending.add(of(1), 3);
    pending.add(of(2), 5);
    pending.add(of(3), 8);
    assertThat(pending.passed(3)).isEqualTo(of(1));
    assertThat(pending.passed(2)).as("that of 2 was left out").isNull();
    assertThat(pending.passed(3)).isEqualTo(of(3));
  }

  @Test
  void oldestGetsThroughHoweverMuchFollows() {
    pending.add(of(0), 2);
    for (int i = 1; i < 100; i++) {
      pending.add(of(i), 3);
      Progress passed = pending.passed(1);
      if (passed != null) return;
    }
    throw new AssertionError("it was held up for ever");
  }

  @Test
  void newestIsAllThatIsToldIfBothAreDue() {
    pending.add(of(1), 3);
    pending.add(of(2), 4);
    assertThat(pending.passed(4)).isEqualTo(of(2));
    assertThat(pending.passed(4)).isNull();
  }

  @Test
  void waitsForEventsThatWerePutBeforeIt() {
    pending.add(of(1), 2);
    pending.isBehindMore(3);
    assertThat(pending.passed(4)).isNull();
    assertThat(pending.passed(1)).isEqualTo(of(1));
  }
}
