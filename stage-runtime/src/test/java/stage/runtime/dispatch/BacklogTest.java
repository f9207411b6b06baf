package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacklogTest {
  @Test
  void doesAsADequeWhateverComes() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var backlog = new Backlog();
      var expected = new ArrayDeque<Object>();
      for (int step = 0; step < 200; step++) {
        int count = random.nextInt(random.nextInt(10) == 0 ? 3000 : 20);
        switch (random.nextInt(3)) {
          case 0 -> {
            backlog.makeRoom(count);
            for (int i = 0; i < count; i++) {
              backlog.add(step * 10_000 + i);
              expected.addLast(step * 10_000 + i);
            }
          }
          case 1 -> {
            backlog.makeRoomBefore(count);
            for (int i = 0; i < count; i++) {
              backlog.addFirst(-i);
              expected.addFirst(-i);
            }
          }
          default -> {
            backlog.drop(count);
            for (int i = 0; i < count; i++) expected.pollFirst();
          }
        }
        assertThat(backlog.size()).isEqualTo(expected.size());
        assertThat(backlog.isEmpty()).isEqualTo(expected.isEmpty());
        int some = random.nextInt(expected.size() + 1);
        assertThat(backlog.oldest(some)).as("seed %d", seed)
            .isEqualTo(new ArrayList<>(expected).subList(0, some).toArray());
      }
    }
  }
}
