package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptQueueTest {
  private static List<Integer> all(KeptQueue<Integer> queue) {
    List<Integer> all = new ArrayList<>();
    queue.forEach(all::add);
    return all;
  }

  @Test
  void doesNotGrowBehindOneThatLasts() {
    var queue = new KeptQueue<Integer>();
    for (int i = 0; i < 10_000; i++) {
      int last = i;
      queue.add(i);
      queue.sweep(2, each -> each != 0 && each != last);
      if (i % 7 == 0) queue.commit();
      assertThat(queue.size()).isLessThan(100);
    }
    assertThat(queue.peek()).isZero();
  }

  @Test
  void keepsTheOrderWhenSwept() {
    var queue = new KeptQueue<Integer>();
    for (int i = 0; i < 100; i++) queue.add(i);
    queue.sweep(3, each -> each % 40 != 0);
    assertThat(all(queue)).containsExactly(0, 40, 80);
  }

  @Test
  void hasAllAgainWhenASweepIsUndoneOrRolledBack() {
    var queue = new KeptQueue<Integer>();
    for (int i = 0; i < 60; i++) queue.add(i);
    queue.commit();
    for (int i = 60; i < 100; i++) queue.add(i);
    List<Integer> before = all(queue);
    queue.mark();
    queue.sweep(1, each -> each != 70);
    assertThat(all(queue)).containsExactly(70);
    queue.undo();
    assertThat(all(queue)).isEqualTo(before);
    queue.sweep(0, each -> true);
    assertThat(all(queue)).isEmpty();
    queue.rollback();
    assertThat(all(queue)).isEqualTo(before.subList(0, 60));
  }
}
