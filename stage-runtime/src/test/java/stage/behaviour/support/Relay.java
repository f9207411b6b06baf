package stage.behaviour.support;

import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;

/** Passes on what it gets, with something added. */
public final class Relay implements Stage.ProducerConsumer<Integer, Integer> {
  private final int plus;

  public Relay() {
    this(0);
  }

  public Relay(int plus) {
    this.plus = plus;
  }

  @Override
  public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
    for (int event : events) out.emit(event + plus);
  }
}
