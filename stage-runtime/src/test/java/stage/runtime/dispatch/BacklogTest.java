package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.runtime.lane.Lane;

class BacklogTest {
  private final Backlog backlog = new Backlog();

  /** A part of the array that a lane was given, and what was in it then. */
  private record HandedOver(Object[] array, int from, Object[] events) {
    boolean isAsItWas() {
      return Arrays.equals(array, from, from + events.length, events, 0, events.length);
    }
  }

  @Test
  void doesAsADequeWhateverComes() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var backlog = new Backlog();
      var expected = new ArrayDeque<Object>();
      List<HandedOver> handedOver = new ArrayList<>();
      for (int step = 0; step < 200; step++) {
        int count = random.nextInt(random.nextInt(10) == 0 ? 3000 : 20);
        switch (random.nextInt(6)) {
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
          case 2 -> {
            backlog.drop(count);
            for (int i = 0; i < count; i++) expected.pollFirst();
          }
          case 3 -> {
            offer(backlog, step, count);
            backlog.forgetOffered();
          }
          case 4 -> {
            offer(backlog, step, count);
            for (int i = 0; i < count; i++) expected.addLast(step * 10_000 + i);
            if (random.nextBoolean()) {   // some go at once, as where there is demand and nothing waits
              int some = random.nextInt(expected.size() + 1);
              backlog.makeReadyToHandOver(some);
              Object[] array = backlog.events();
              int from = backlog.first();
              backlog.accept();
              handOver(backlog, some, expected, handedOver, array, from);
            } else {
              backlog.accept();
            }
          }
          default -> {
            int some = Math.min(count, expected.size());
            backlog.makeReadyToHandOver(some);
            handOver(backlog, some, expected, handedOver, backlog.events(), backlog.first());
          }
        }
        assertThat(backlog.size()).isEqualTo(expected.size());
        assertThat(backlog.isEmpty()).isEqualTo(expected.isEmpty());
        int some = random.nextInt(expected.size() + 1);
        assertThat(backlog.oldest(some)).as("seed %d", seed)
            .isEqualTo(new ArrayList<>(expected).subList(0, some).toArray());
      }
      assertThat(handedOver).as("seed %d", seed).allMatch(HandedOver::isAsItWas);
    }
  }

  private static void offer(Backlog backlog, int step, int count) {
    for (int i = 0; i < count; i++) {
      if (backlog.offer(step * 10_000 + i)) continue;
      backlog.makeRoom(1 + i % 40);
      assertThat(backlog.offer(step * 10_000 + i)).isTrue();
    }
    assertThat(backlog.offered()).isEqualTo(count);
  }

  private static void handOver(Backlog backlog, int count, ArrayDeque<Object> expected, List<HandedOver> handedOver,
      Object[] array, int from) {
    Object[] events = Arrays.copyOfRange(array, from, from + count);
    for (Object event : events) assertThat(event).isEqualTo(expected.pollFirst());
    backlog.handOver(count);
    if (count >= Lane.SLICE) handedOver.add(new HandedOver(array, from, events));   // fewer are copied into a lane
  }

  @Nested
  class OnceLanesHaveWhatWaited {
    private void holds(int count) {
      backlog.makeRoom(count);
      for (Object event : Collections.nCopies(count, "event")) backlog.add(event);
    }

    private void handOver(int count) {
      backlog.makeReadyToHandOver(count);
      backlog.handOver(count);
    }

    private long held() {
      return Arrays.stream(backlog.events()).filter(event -> event != null).count();
    }

    @Test
    void holdsOnToNothing() {
      holds(500);
      handOver(500);
      assertThat(held()).isZero();
      holds(10);
      handOver(10);
      assertThat(held()).isZero();
    }

    @Test
    void holdsOnToNoMoreThanWaits() {
      holds(1000);
      handOver(400);
      assertThat(held()).isEqualTo(1000);
      handOver(100);
      assertThat(held()).isEqualTo(1000);
      handOver(100);
      assertThat(held()).isEqualTo(400);
      handOver(20);   // which are copied
      assertThat(held()).isEqualTo(380);
    }

    @Test
    void aTurnThatIsForgottenLeavesNothing() {
      holds(10);
      backlog.makeRoom(2);
      backlog.offer("one");
      backlog.offer("more");
      backlog.forgetOffered();
      assertThat(held()).isEqualTo(10);
    }
  }
}
