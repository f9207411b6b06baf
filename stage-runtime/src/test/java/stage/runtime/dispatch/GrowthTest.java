package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Dispatcher;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Lanes;

/** How many lanes a producer looks at for an event, or for a lane that asks, joins or leaves: few, among many too. */
class GrowthTest {
  private static final int FEW_VISITS = 8;

  private final CountingLane.Visits visits = new CountingLane.Visits();
  private final List<CountingLane> lanes = new ArrayList<>();

  private static final class Nobody implements Rejections {
    @Override
    public String path() {
      return "producer";
    }

    @Override
    public void reject(Object event, Throwable cause) {
      throw new AssertionError("an event was rejected", cause);
    }

    @Override
    public void skipped() {
      throw new AssertionError("an event was skipped");
    }
  }

  private LaneDispatch<Integer> dispatch(Dispatcher<Integer> dispatcher, int count, boolean isPartitioned) {
    LaneDispatch<Integer> dispatch = LaneDispatch.of(dispatcher, new Nobody());
    for (int i = 0; i < count; i++) {
      SubscriptionSpec<Integer> spec = Lanes.spec();
      lanes.add(new CountingLane(visits, isPartitioned ? spec.withPartition(i) : spec, 20));
    }
    lanes.forEach(dispatch::join);
    return dispatch;
  }

  private double visitsFor(int times, Runnable deed) {
    long before = visits.count();
    for (int i = 0; i < times; i++) deed.run();
    return (double) (visits.count() - before) / times;
  }

  /** As a producer does it for each event: it asks what is wanted, emits, looks whether anything waits. */
  private void emitOne(LaneDispatch<Integer> dispatch, int event) {
    assertThat(dispatch.demand()).isPositive();
    dispatch.offer(new Object[] {event}, 0, 1);
    assertThat(dispatch.canFlush()).isFalse();
  }

  @Nested
  class ByDemand {
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1_000, 10_000})
    void p10_anEventVisitsTheLaneItGoesTo(int count) {
      LaneDispatch<Integer> dispatch = dispatch(Dispatcher.demand(), count, false);
      int[] next = {0};
      assertThat(visitsFor(100, () -> emitOne(dispatch, next[0]++))).isLessThan(FEW_VISITS);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1_000, 10_000})
    void p10_aLaneThatAsksJoinsOrLeavesVisitsNoOther(int count) {
      LaneDispatch<Integer> dispatch = dispatch(Dispatcher.demand(), count, false);
      assertThat((double) visits.count() / count).as("joining").isLessThan(FEW_VISITS);
      double asking = visitsFor(5, () -> {
        lanes.getFirst().request(1);
        dispatch.heard(lanes.getFirst());
        assertThat(dispatch.demand()).isPositive();
      });
      assertThat(asking).isLessThan(FEW_VISITS);
      assertThat(visitsFor(5, () -> dispatch.leave(lanes.removeLast()))).isLessThan(FEW_VISITS);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1_000, 10_000})
    void p10_aDrainLooksAtEachLaneOnce(int count) {
      LaneDispatch<Integer> dispatch = dispatch(Dispatcher.demand(), count, false);
      assertThat(dispatch.isSettled()).isTrue();
      assertThat(visitsFor(5, () -> assertThat(dispatch.isSettled()).isTrue())).isLessThan(FEW_VISITS);
    }
  }

  @Nested
  class ByPartition {
    private LaneDispatch<Integer> partitioned(int count) {
      return dispatch(Dispatcher.partitionByIndex(count, event -> event % count), count, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1_000, 10_000})
    void p10_anEventVisitsItsPartition(int count) {
      LaneDispatch<Integer> dispatch = partitioned(count);
      assertThat((double) visits.count() / count).as("joining").isLessThan(FEW_VISITS);
      int[] next = {0};
      assertThat(visitsFor(100, () -> emitOne(dispatch, next[0]++))).isLessThan(FEW_VISITS);
    }

    @Test
    void p10_whatWaitsInOnePartitionIsFlushedWithoutALookAtTheOthers() {
      LaneDispatch<Integer> dispatch = partitioned(10_000);
      dispatch.offer(IntStream.range(0, 25).mapToObj(i -> 10_000 * i).toArray(), 0, 25);
      assertThat(dispatch.waiting()).isEqualTo(5);
      lanes.getFirst().request(5);
      double flushing = visitsFor(1, () -> {
        dispatch.heard(lanes.getFirst());
        assertThat(dispatch.canFlush()).isTrue();
        dispatch.flush();
      });
      assertThat(flushing).isLessThan(4 * FEW_VISITS);
      assertThat(lanes.getFirst().received()).isEqualTo(25);
    }
  }

  @Nested
  class ByBroadcast {
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1_000, 10_000})
    void p10_aDeliveryCostsAsMuchAndALaneThatAsksVisitsNoOther(int count) {
      LaneDispatch<Integer> dispatch = dispatch(Dispatcher.broadcast(), count, false);
      int[] next = {0};
      double event = visitsFor(5, () -> emitOne(dispatch, next[0]++));
      assertThat(event / count).as("per delivery").isLessThan(FEW_VISITS);
      double asking = visitsFor(5, () -> {
        lanes.getFirst().request(1);
        dispatch.heard(lanes.getFirst());
        assertThat(dispatch.demand()).isPositive();
      });
      assertThat(asking).isLessThan(FEW_VISITS);
    }
  }
}
