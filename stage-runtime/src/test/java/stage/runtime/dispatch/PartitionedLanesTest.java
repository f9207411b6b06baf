package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Dispatcher;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Lane;
import stage.runtime.lane.Lanes;

/** Three partitions by number, and a function that has no partition for some events. */
class PartitionedLanesTest {
  private static final int PARTITIONS = 3;
  private static final int SKIPPED = 7;      // of ten events each
  private static final int FAILING = 4;
  private static final int NEGATIVE = 5;
  private static final int TOO_LARGE = 6;

  private final List<Object> rejected = new ArrayList<>();
  private final List<String> causes = new ArrayList<>();
  private final List<Lane<Integer>> lanes = new ArrayList<>();
  private final List<List<Integer>> received = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  private LaneDispatch<Integer> dispatch;
  private int skipped;
  private int asked;   // how often the function was called

  private final class Counted implements Rejections {
    @Override
    public String path() {
      return "producer";
    }

    @Override
    public void reject(Object event, Throwable cause) {
      rejected.add(event);
      causes.add(cause.getMessage());
    }

    @Override
    public void skipped() {
      skipped++;
    }
  }

  private static int partitionOf(int event) {
    return switch (event % 10) {
      case SKIPPED -> Dispatcher.IndexFunction.NOBODY;
      case FAILING -> throw new IllegalArgumentException("no " + event);
      case NEGATIVE -> -2;
      case TOO_LARGE -> PARTITIONS;
      default -> event % PARTITIONS;
    };
  }

  @BeforeEach
  void joinAll() {
    dispatch = LaneDispatch.of(Dispatcher.partitionByIndex(PARTITIONS, (Integer event) -> {
      asked++;
      return partitionOf(event);
    }), new Counted());
    for (int i = 0; i < PARTITIONS; i++) {
      SubscriptionSpec<Integer> spec = Lanes.spec().withPartition(i);
      lanes.add(new Lane<>(i, spec, Lanes.end("producer"), Lanes.end("consumer")));
      dispatch.join(lanes.get(i));
    }
  }

  private static List<Integer> expected(int events, int partition) {
    return IntStream.range(0, events)
        .filter(event -> Stream.of(SKIPPED, FAILING, NEGATIVE, TOO_LARGE).noneMatch(none -> event % 10 == none))
        .filter(event -> event % PARTITIONS == partition).boxed().toList();
  }

  /** A consumer's turn: it takes a batch, keeps it, and asks for as many again. */
  private boolean takes(int partition, int most) {
    Lane<Integer> lane = lanes.get(partition);
    int count = (int) Math.min(most, lane.available());
    if (count == 0) return false;
    received.get(partition).addAll(lane.take(count));
    lane.settle(count, 0, 0, lane.requested() + count);
    dispatch.heard(lane);
    return true;
  }

  private void takeAll() {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = false;
      for (int i = 0; i < PARTITIONS; i++) goesOn |= takes(i, 500);
      if (dispatch.canFlush()) dispatch.flush();
    }
  }

  @ParameterizedTest(name = "in turns of {0}")
  @ValueSource(ints = {1, 3, 31, 32, 100, 977, 5000})
  void f30_anEventThatHasNoPartitionCostsNoOther(int turn) {
    for (int from = 0; from < 5000; from += turn) {
      int to = Math.min(5000, from + turn);
      dispatch.offer(Lanes.events(from, to), 0, to - from);
      takes(from % PARTITIONS, 50 + from % 450);   // so that some of each waits, in changing places
      if (from % 4 == 0 && dispatch.canFlush()) dispatch.flush();
    }
    takeAll();
    for (int i = 0; i < PARTITIONS; i++) assertThat(received.get(i)).as("%d", i).isEqualTo(expected(5000, i));
    assertThat(dispatch.waiting()).isZero();
    assertThat(rejected).hasSize(1500).startsWith(4, 5, 6, 14);
    assertThat(causes).startsWith("no 4", "the partition function of producer returned -2; there are 0 to 2; "
        + "return Dispatcher.IndexFunction.NOBODY to skip an event");
    assertThat(skipped).isEqualTo(500);
    assertThat(asked).isEqualTo(5000);
  }

  @Test
  void batchesThatAreKeptStayAsTheyWere() {
    List<List<Integer>> kept = new ArrayList<>();
    List<List<Integer>> copies = new ArrayList<>();
    for (int from = 0; from < 6000; from += 300) {
      dispatch.offer(Lanes.events(from, from + 300), 0, 300);
      List<Integer> batch = lanes.get(0).take((int) Math.min(100, lanes.get(0).available()));
      kept.add(batch);
      copies.add(new ArrayList<>(batch));
      lanes.get(0).settle(batch.size(), 0, 0, lanes.get(0).requested() + batch.size());
      dispatch.heard(lanes.get(0));
      if (dispatch.canFlush()) dispatch.flush();
    }
    assertThat(kept).isEqualTo(copies);
  }
}
