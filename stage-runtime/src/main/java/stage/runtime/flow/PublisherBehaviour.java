package stage.runtime.flow;

import java.util.concurrent.Flow;
import java.util.function.Supplier;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.bridge.OnNotify;
import stage.runtime.bridge.Transactional;

/** A producer that emits what comes from a publisher. Each incarnation is a subscription of its own. */
final class PublisherBehaviour<O> implements Stage.Producer<O>, OnNotify {
  /**
   * Hands over from one incarnation to the next, should the thread of the first have been abandoned, so that its
   * {@code onStop} was not run. Events that a turn has emitted stay with the incarnation until they are published: a
   * publisher sends them once.
   */
  private static final class Handover implements BridgeResource, Transactional {
    private Upstream<?> last;

    void next(Upstream<?> upstream) {
      if (last != null) last.close();   // first: if that throws, it is done again
      last = upstream;
    }

    @Override
    public void commit() {
      if (last != null) last.commit();
    }

    @Override
    public void rollback() {
      if (last != null) last.rollback();
    }

    /** The thread that was replaced emits nothing more. */
    @Override
    public Transactional committedOnly() {
      rollback();
      return this;
    }

    @Override
    public void over(StopReason reason) {
      next(null);
    }
  }

  private final Supplier<Upstream<O>> upstreams;
  private final Flow.Publisher<? extends O> publisher;
  private Upstream<O> upstream;

  private PublisherBehaviour(Supplier<Upstream<O>> upstreams, Flow.Publisher<? extends O> publisher) {
    this.upstreams = upstreams;
    this.publisher = publisher;
  }

  /** {@return a behaviour that subscribes to a publisher when it starts} */
  static <O> PublisherBehaviour<O> from(Flow.Publisher<? extends O> publisher) {
    return new PublisherBehaviour<>(Upstream::new, publisher);
  }

  /** {@return a behaviour, for one incarnation, whose subscriber is given to a publisher by others} */
  static <O> PublisherBehaviour<O> through(Upstream<O> subscriber) {
    return new PublisherBehaviour<>(() -> subscriber, given -> {});
  }

  @Override
  public void onStart(StageContext context) {
    var bridge = BridgeContext.of(context);
    upstream = upstreams.get();
    upstream.attach(bridge);
    Handover handover = bridge.kept(Handover::new);
    bridge.transactional("handover", () -> handover);
    handover.next(upstream);
    try {
      publisher.subscribe(upstream);
    } catch (Throwable failure) {   // against rule 1.9; onStop is not run for what has not started
      upstream.close();
      throw failure;
    }
  }

  @Override
  public void onDemand(long demand, Outlet<O> out) {
    upstream.settle(out);
  }

  @Override
  @SuppressWarnings("unchecked")   // the stage's own outlet
  public void onNotify(Outlet<?> out) {
    upstream.settle((Outlet<O>) out);
  }

  @Override
  public void onStop(StopReason reason) {
    upstream.close();
  }
}
