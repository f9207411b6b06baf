package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final Timers timers = new Timers();
  private final List<String> ran = new ArrayList<>();

  private void runDue(long now) throws Exception {
    while (timers.isDue(now)) timers.takeDue(now).run();
  }

  @Test
  void runInTheOrderOfTheirTimesAndThenOfTheirMaking() throws Exception {
    timers.add(() -> ran.add("late"), 20, 0);
    timers.add(() -> ran.add("one"), 10, 0);
    timers.add(() -> ran.add("two"), 10, 0);
    assertThat(timers.nextNanos()).isEqualTo(10);
    assertThat(timers.isDue(9)).isFalse();
    runDue(20);
    assertThat(ran).containsExactly("one", "two", "late");
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void f44_ofAPeriodSkipWhatWasMissedAndKeepTheirBeat() throws Exception {
    timers.add(() -> ran.add("tick"), 10, 10);
    runDue(10);
    assertThat(timers.nextNanos()).isEqualTo(20);
    runDue(57);
    assertThat(ran).containsExactly("tick", "tick");
    assertThat(timers.nextNanos()).isEqualTo(60);
  }

  @Test
  void cancelledRunNoMoreAlsoFromWithinTheirOwnAction() throws Exception {
    var self = new Timers.Due[1];
    self[0] = timers.add(() -> {
      ran.add("once");
      self[0].cancel();
    }, 1, 1);
    runDue(100);
    timers.add(() -> ran.add("never"), 200, 0).cancel();
    runDue(300);
    assertThat(ran).containsExactly("once");
  }

  @Test
  void p05_cancelledAreThrownOutBeforeTheyAreHalfOfAll() throws Exception {
    List<Timers.Due> all = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) all.add(timers.add(() -> ran.add("never"), 1_000_000 + i, 0));
    Collections.shuffle(all, new Random(1));
    var last = timers.add(() -> ran.add("last"), 2_000_000, 0);
    int left = all.size();
    for (Timers.Due due : all) {
      due.cancel();
      due.cancel();
      left--;
      // a look through all of them each time would take minutes
      assertThat(timers.kept()).isLessThanOrEqualTo(Math.max(2 * (left + 1), 64));
    }
    assertThat(timers.nextNanos()).isEqualTo(2_000_000);
    runDue(3_000_000);
    assertThat(ran).containsExactly("last");
    last.cancel();
    assertThat(timers.isEmpty()).isTrue();
  }

  @Test
  void f44_areDueAcrossTheWrapOfTheClock() {
    timers.add(() -> {}, Long.MIN_VALUE + 5, 0);
    assertThat(timers.isDue(Long.MAX_VALUE)).isFalse();
    assertThat(timers.isDue(Long.MIN_VALUE + 5)).isTrue();
  }
}
