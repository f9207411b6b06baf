package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.SubscriptionSpec;
import stage.runtime.dispatch.LaneDispatch;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Lanes;
import stage.runtime.lane.Progress;

/**
 * F5: what a producer publishes when there is no place in the heap reaches nobody, and reaches everybody once when
 * there is.
 */
class CellOnAFullHeapTest {
  private final Cell<?> cell = Cells.producer("producer");
  private final List<FakeLane> lanes = new ArrayList<>();
  private int fullFor = -1;   // the lane that finds the heap full

  /** Keeps what it gets. */
  private final class FakeLane implements LaneTail<Integer> {
    private final int number = lanes.size();
    private final SubscriptionSpec<Integer> spec;
    private final List<Object> got = new ArrayList<>();
    private long requested = 100;
    private int reserved;
    private Object seat;

    FakeLane(SubscriptionSpec<Integer> spec) {
      this.spec = spec;
      lanes.add(this);
    }

    @Override
    public long demand() {
      return requested - got.size();
    }

    @Override
    public void reserve(int count) {
      if (fullFor == number) throw new OutOfMemoryError("full");
      reserved = count;
    }

    @Override
    public void publish(Object[] events, int from, int to) {
      assertThat(reserved).as("places that were reserved").isGreaterThanOrEqualTo(to - from);
      reserved = 0;
      got.addAll(Arrays.asList(events).subList(from, to));
    }

    @Override
    public void publish(Object event) {
      got.add(event);
    }

    @Override
    public void progress(Progress progress) {
      throw new UnsupportedOperationException("nobody vouches for anything here");
    }

    @Override
    public void end(Ending ending) {
      throw new AssertionError("nobody ends it");
    }

    @Override
    public boolean isSettledOrTellMe() {
      return true;
    }

    @Override
    public boolean hasLeft() {
      return false;
    }

    @Override
    public long unsettled() {
      return 0;
    }

    @Override
    public Object[] takeBack() {
      return new Object[0];
    }

    @Override
    public Object seat() {
      return seat;
    }

    @Override
    public void seat(Object seat) {
      this.seat = seat;
    }

    @Override
    public void tellOfDemand() {
      // the tests say so themselves
    }

    @Override
    public SubscriptionSpec<Integer> spec() {
      return spec;
    }

    @Override
    public Cell<?> consumer() {
      return cell;
    }
  }

  @SuppressWarnings("unchecked")
  private SubscriptionSpec<Integer> spec() {
    return SubscriptionSpec.to((ProducerRef<Integer, ?>) cell.ref()).withDemand(Demand.max(100));
  }

  private LaneDispatch<Integer> sharing(Dispatcher<Integer> dispatch) {
    var half = new ProducerHalf<Integer>(cell.port(), dispatch, Overflow.fail(), false, null);
    LaneDispatch<Integer> sharing = LaneDispatch.of(dispatch, half);
    lanes.forEach(sharing::join);
    return sharing;
  }

  private static Object[] events(int count) {
    return IntStream.range(0, count).boxed().toArray();
  }

  private static List<Object> multiples(int of, int rest, int count) {
    return Arrays.stream(events(count)).filter(event -> (int) event % of == rest).toList();
  }

  /** Offers, finds the heap full, and offers the same again, as the turn that was undone does. */
  private void offerTwice(LaneDispatch<Integer> sharing, int count, int fullFor) {
    this.fullFor = fullFor;
    assertThatThrownBy(() -> sharing.offer(events(count), 0, count)).isInstanceOf(OutOfMemoryError.class);
    assertThat(lanes).allMatch(lane -> lane.got.isEmpty());
    assertThat(sharing.waiting()).isZero();
    this.fullFor = -1;
    sharing.offer(events(count), 0, count);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void f05_aBroadcastReachesAllOrNone(int fullFor) {
    for (int i = 0; i < 3; i++) new FakeLane(spec());
    LaneDispatch<Integer> sharing = sharing(Dispatcher.broadcast());
    offerTwice(sharing, 120, fullFor);
    assertThat(lanes).allSatisfy(lane -> assertThat(lane.got).containsExactly(events(100)));
    assertThat(sharing.waiting()).isEqualTo(20);
  }

  @Test
  void f05_aBroadcastWithSelectorsGoesOnWhereItWas() {
    new FakeLane(spec().withSelector(event -> event % 2 == 0));
    new FakeLane(spec());
    LaneDispatch<Integer> sharing = sharing(Dispatcher.broadcast());
    lanes.get(1).requested = 200;
    sharing.heard(lanes.get(1));
    offerTwice(sharing, 150, 1);
    assertThat(lanes.get(0).got).isEqualTo(multiples(2, 0, 150));
    assertThat(lanes.get(1).got).containsExactly(events(150));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void f05_partitionsGetTheirEventsOnce(int fullFor) {
    for (int i = 0; i < 3; i++) new FakeLane(spec().withPartition(i));
    LaneDispatch<Integer> sharing =
        sharing(Dispatcher.partition(List.of("0", "1", "2"), event -> Integer.toString(event % 3)));
    offerTwice(sharing, 240, fullFor);
    for (int i = 0; i < 3; i++) assertThat(lanes.get(i).got).isEqualTo(multiples(3, i, 240));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void f05_theSharesOfADispatcherAreAllOrNone(int fullFor) {
    for (int i = 0; i < 2; i++) new FakeLane(spec());
    LaneDispatch<Integer> sharing = sharing(Dispatcher.demand());
    offerTwice(sharing, 250, fullFor);
    List<Object> all = new ArrayList<>(lanes.get(0).got);
    all.addAll(lanes.get(1).got);
    assertThat(all).containsExactlyInAnyOrder(events(200));
    assertThat(sharing.waiting()).isEqualTo(50);
  }

  @Test
  void f05_whatWaitsIsKeptUntilItIsPublished() {
    for (int i = 0; i < 2; i++) new FakeLane(spec());
    lanes.forEach(lane -> lane.requested = 0);
    LaneDispatch<Integer> sharing = sharing(Dispatcher.broadcast());
    sharing.offer(events(30), 0, 30);
    lanes.forEach(lane -> lane.requested = 20);
    lanes.forEach(sharing::heard);
    fullFor = 1;
    assertThatThrownBy(sharing::flush).isInstanceOf(OutOfMemoryError.class);
    fullFor = -1;
    sharing.flush();
    assertThat(lanes).allSatisfy(lane -> assertThat(lane.got).containsExactly(events(20)));
    assertThat(sharing.waiting()).isEqualTo(10);
  }

  @Test
  void f05_placesInALaneThatWereReservedForNothingChangeNothing() {
    for (int size = 1; size <= 100; size++) {
      for (int other : new int[] {1, 7, 31, 32, 100}) {
        Lane<Integer> lane = Lanes.lane(cell, Cells.producer("consumer"), 10_000);
        lane.publish(events(5), 0, 5);
        lane.reserve(other);
        assertThat(lane.available()).isEqualTo(5);
        lane.reserve(size);
        lane.publish(Lanes.events(5, 5 + size), 0, size);
        lane.reserve(other);
        lane.publish(5 + size);
        assertThat(lane.take(1000)).containsExactlyElementsOf(IntStream.range(0, 6 + size).boxed().toList());
        assertThat(lane.available()).isEqualTo(6 + size);
      }
    }
  }
}
