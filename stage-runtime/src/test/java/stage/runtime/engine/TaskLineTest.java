package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TaskLineTest {
  private static final int EVENTS = 20_000;

  @Test
  void givesWhatWasAddedInThatOrder() {
    var line = new TaskLine<Integer>(3);
    line.makeRoom();
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 3; i++) line.add(i);
      assertThat(line.isFull()).isTrue();
      assertThat(line.isEmpty()).isFalse();
      for (int i = 0; i < 3; i++) assertThat(line.take()).isEqualTo(i);
      assertThat(line.isEmpty()).isTrue();
      assertThat(line.take()).isNull();
    }
  }

  @Test
  void holdsOneIfNoMoreMayStandInIt() {
    var line = new TaskLine<String>(1);
    line.makeRoom();
    line.add("a");
    assertThat(line.isFull()).isTrue();
    assertThat(line.take()).isEqualTo("a");
    assertThat(line.isFull()).isFalse();
  }

  @Test
  void givesEachToOneThread() throws Exception {
    var line = new TaskLine<Integer>(5);
    line.makeRoom();
    var taken = new ConcurrentLinkedQueue<Integer>();
    var isOver = new CountDownLatch(1);
    List<Thread> takers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      takers.add(Thread.ofPlatform().start(() -> {
        while (isOver.getCount() > 0 || !line.isEmpty()) {
          Integer next = line.take();
          if (next != null) taken.add(next);
        }
      }));
    }
    for (int i = 0; i < EVENTS; i++) {
      Integer first = line.isFull() ? line.take() : null;   // as the cell may; another one may have been faster
      if (first != null) taken.add(first);
      line.add(i);
    }
    isOver.countDown();
    for (Thread taker : takers) taker.join();
    assertThat(taken).containsExactlyInAnyOrderElementsOf(IntStream.range(0, EVENTS).boxed().toList());
  }
}
