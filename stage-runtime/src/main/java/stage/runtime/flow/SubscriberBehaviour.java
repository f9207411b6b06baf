package stage.runtime.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.runtime.bridge.BoundedInlet;
import stage.runtime.bridge.DemandLimit;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.OnNotify;

/**
 * A consumer that hands its events to a subscriber. It asks its producers for what the subscriber wants, up to the
 * bound of each subscription.
 *
 * @param <I> the events
 */
final class SubscriberBehaviour<I> implements Stage.Consumer<I>, DemandLimit, OnNotify {
  private final Supplier<SubscriberLink<I>> first;
  private final List<BoundedInlet<I>> inlets = new ArrayList<>(1);
  private SubscriberLink<I> link;

  /** Signals a subscriber, over the link that the first incarnation made. */
  SubscriberBehaviour(Supplier<SubscriberLink<I>> first) {
    this.first = first;
  }

  @Override
  public void onStart(StageContext context) {
    var bridge = BridgeContext.of(context);
    link = bridge.kept(first);
    link.begin(bridge);
  }

  @Override
  public long permits() {
    return link.permits();
  }

  @Override
  public void onSubscribe(Inlet<I> to) {
    inlets.removeIf(BoundedInlet::hasLeft);   // or one after the other would be kept, with the stages behind them
    inlets.add((BoundedInlet<I>) to);
    link.beginTurn();
    try {
      link.greet();
    } finally {
      link.endTurn();
    }
    lookAtRequests();
  }

  @Override
  public void onEvents(List<I> events, Inlet<I> from) {
    long before = link.delivered();
    link.beginTurn();
    try {
      if (!link.isSpent()) link.next(events);
    } finally {
      link.endTurn();
      // What was handed over is not to be delivered again, however this turn ends. Also what it threw on; the rest goes
      // back, or to the next incarnation.
      from.commit((int) (link.delivered() - before));
    }
    if (link.delivered() - before < events.size()) from.cancel(0);
    lookAtRequests();
  }

  @Override
  public void onNotify(Outlet<?> none) {
    lookAtRequests();
  }

  /** Tells of a request that was refused, or asks the producers for what is wanted and not yet asked for. */
  private void lookAtRequests() {
    if (link.isRefused()) link.tellRefusal();
    if (link.isSpent()) return;
    long wanted = link.permits();
    for (BoundedInlet<I> inlet : inlets) {
      long bound = Math.min(wanted, inlet.demand().max());
      long left = inlet.outstanding();
      if (left < bound && left <= inlet.demand().min()) inlet.request(bound - left);
    }
  }
}
