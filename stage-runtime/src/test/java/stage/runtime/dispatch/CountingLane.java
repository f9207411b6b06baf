package stage.runtime.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Ending;
import stage.runtime.lane.LaneEnd;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** A lane that keeps what it gets, and counts how often it is looked at. */
final class CountingLane implements LaneTail<Integer> {
  /** How often any of several lanes was looked at. */
  static final class Visits {
    private long count;

    long count() {
      return count;
    }
  }

  private final Visits visits;
  private final SubscriptionSpec<Integer> spec;
  private final List<Object> got = new ArrayList<>();
  private long requested;
  private Object seat;

  CountingLane(Visits visits, SubscriptionSpec<Integer> spec, long requested) {
    this.visits = visits;
    this.spec = spec;
    this.requested = requested;
  }

  void request(long events) {
    requested += events;
  }

  int received() {
    return got.size();
  }

  @Override
  public long demand() {
    visits.count++;
    return requested - got.size();
  }

  @Override
  public void reserve(int count) {}

  @Override
  public void publish(Object[] events, int from, int to) {
    got.addAll(Arrays.asList(events).subList(from, to));
  }

  @Override
  public void publish(Object event) {
    got.add(event);
  }

  @Override
  public void progress(Progress progress) {}

  @Override
  public void end(Ending ending) {}

  @Override
  public boolean isSettledOrTellMe() {
    visits.count++;
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
  public void tellOfDemand() {}

  @Override
  public SubscriptionSpec<Integer> spec() {
    return spec;
  }

  @Override
  public LaneEnd consumer() {
    throw new UnsupportedOperationException("nobody is at the other end");
  }
}
