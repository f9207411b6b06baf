package stage.runtime.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.SubscriptionSnapshot;

class LaneTest {
  private final LaneEnd producer = Lanes.end("test/producer");
  private final LaneEnd consumer = Lanes.end("test/consumer");
  private final Lane<Integer> lane = Lanes.lane(producer, consumer, 10_000);

  @Test
  void hasTheDemandOfItsSpecAtFirst() {
    assertThat(lane.demand()).isEqualTo(10_000);
    assertThat(lane.available()).isZero();
    assertThat(lane.snapshot())
        .isEqualTo(new SubscriptionSnapshot(1, "test/producer", "test/consumer", Demand.max(10_000), true,
        10_000, 10_000, 0, 0, 0, 0, 0, 0, Duration.ZERO, SubscriptionSnapshot.Share.ANY, false));
  }

  /** The producer would take its turn as failed, and publish all of it again. */
  @Test
  void throwsNothingOnceItsEventsArePublished() {
    int[] marked = {0};
    Lane<Integer> onAFullHeap = Lanes.lane(Lanes.endOnAFullHeap(marked), consumer, 10_000);
    onAFullHeap.publish(Lanes.events(0, 100), 0, 100);
    for (int event = 100; event < 200; event++) onAFullHeap.publish(event);
    assertThat(onAFullHeap.take(200)).hasSize(200);
    assertThat(marked[0]).as("how often it wanted to note the time").isPositive();
  }

  @Test
  void givesTheSameEventsAgainUntilTheyAreSettled() {
    lane.publish(Lanes.events(0, 5), 0, 5);
    assertThat(lane.take(3)).containsExactly(0, 1, 2);
    assertThat(lane.take(10)).containsExactly(0, 1, 2, 3, 4);
    lane.settle(2, 0, 0, 10_000);
    assertThat(lane.take(10)).containsExactly(2, 3, 4);
    assertThat(lane.available()).isEqualTo(3);
    assertThat(lane.demand()).isEqualTo(9_995);
  }

  @Test
  void b13_aBatchKeepsNoArrayAliveThatIsMuchLonger() {
    for (int run : new int[] {Lane.SLICE, 100, 1000, 10_000}) {
      for (int size : new int[] {1, 3, 10, 25, 100, 1000}) {
        Lane<Integer> lane = Lanes.lane(producer, consumer, 20_000);
        lane.publish(Lanes.events(0, run), 0, run);
        lane.publish(Lanes.events(run, 2 * run), 0, run);
        while (lane.available() > 0) {
          var batch = (BulkBatch<Integer>) lane.take(size);
          assertThat(batch.array().length).as("kept alive by %d of runs of %d", batch.size(), run)
              .isLessThanOrEqualTo(4 * batch.size());
          lane.settle(batch.size(), 0, 0, 20_000);
        }
      }
    }
  }

  @Test
  void b13_aLargePartOfARunIsNotCopied() {
    Object[] run = Lanes.events(0, 1000);
    lane.publish(run, 0, 1000);
    assertThat(((BulkBatch<Integer>) lane.take(500)).array()).isSameAs(run);
  }

  @Test
  void keepsOrderAndItsLedgerWhateverTheSizes() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      Lane<Integer> lane = Lanes.lane(producer, consumer, Integer.MAX_VALUE);
      List<List<Integer>> kept = new ArrayList<>();
      int sent = 0;
      int settled = 0;
      for (int step = 0; step < 60; step++) {
        if (random.nextBoolean()) {
          int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 600 : 40);
          if (random.nextInt(5) == 0) lane.publish(sent++);
          else lane.publish(Lanes.events(sent, sent += count), 0, count);
        } else if (lane.available() > 0) {
          List<Integer> batch = lane.take(1 + random.nextInt(100));
          assertThat(batch.getFirst()).as("seed %d", seed).isEqualTo(settled);
          int some = random.nextInt(batch.size() + 1);
          lane.settle(some, 0, 0, lane.requested());
          settled += some;
          kept.add(batch);
        }
        assertThat(lane.available()).as("seed %d", seed).isEqualTo(sent - settled);
        assertThat(lane.snapshot().isBalanced()).as("seed %d", seed).isTrue();
      }
      for (List<Integer> batch : kept) {
        int first = batch.getFirst();
        assertThat(batch).as("kept, seed %d", seed)
            .isEqualTo(IntStream.range(first, first + batch.size()).boxed().toList());
      }
      lane.leave();
      assertThat(lane.takeBack()).as("seed %d", seed).containsExactly(Lanes.events(settled, sent));
      assertThat(lane.snapshot().isBalanced()).isTrue();
      assertThat(lane.snapshot().returned()).isEqualTo(sent - settled);
    }
  }

  @Test
  void hasNoDemandOnceLeftOrEnded() {
    lane.end(new Ending.Completed(false));
    assertThat(lane.demand()).isZero();
    assertThat(lane.snapshot().isOpen()).isFalse();
    Lane<Integer> other = Lanes.lane(producer, consumer, 5);
    other.leave();
    assertThat(other.demand()).isZero();
    assertThat(other.takeBack()).isEmpty();
  }

  @Test
  void tellsOnceEverythingIsSettled() {
    lane.publish(1);
    assertThat(lane.shouldNotifyProducer()).isFalse();
    assertThat(lane.isSettledOrTellMe()).isFalse();
    lane.settle(1, 0, 0, 10_000);
    assertThat(lane.shouldNotifyProducer()).isTrue();
    assertThat(lane.isSettledOrTellMe()).isTrue();
  }

  /** Publishes one event after the other, each deeper in the stack, until that is full. */
  private int fillStack(int next) {
    lane.publish((Object) next);
    return fillStack(next + 1);
  }

  @Test
  void whatAFullStackHasKeptFromBeingPublishedTakesNoPlace() throws Exception {
    LaneChain touched = LaneChain.ofTouched();
    lane.joins(touched, new NoticeBoard());
    List<Integer> taken = new ArrayList<>();
    Thread shallow = new Thread(null, () -> {
      for (int i = 0; i < 10; i++) {
        int first = i * 1_000_000;
        try {
          fillStack(first);
        } catch (StackOverflowError full) {
          lane.publish((Object) (first + 999_999));
        }
        while (touched.poll() != null) continue;   // as its producer does
        while (lane.available() > 0) {
          List<Integer> batch = lane.take(1000);
          taken.addAll(batch);
          lane.settle(batch.size(), 0, 0, lane.sent() + 1_000_000);
        }
        assertThat(taken.getLast()).as("the last event that was published").isEqualTo(first + 999_999);
      }
    }, "shallow", 200_000);
    var thrown = new ArrayList<Throwable>();
    shallow.setUncaughtExceptionHandler((thread, failure) -> thrown.add(failure));
    shallow.start();
    shallow.join();
    assertThat(thrown).isEmpty();
    assertThat(taken).isSorted().doesNotHaveDuplicates();
  }
}
