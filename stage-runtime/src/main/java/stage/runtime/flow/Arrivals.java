package stage.runtime.flow;

import java.util.concurrent.Flow;
import java.util.function.Supplier;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.runtime.engine.Insider;
import stage.runtime.engine.Kept;
import stage.runtime.engine.Nudged;

/** A producer that emits what comes from a publisher. Each incarnation is a subscription of its own. */
final class Arrivals<O> implements Stage.Producer<O>, Nudged {
  /** Hands over from one incarnation to the next, should the thread of the first have been abandoned, so that its {@code onStop} was not run. */
  private static final class Handover implements Kept {
    private Upstream<?> last;

    void next(Upstream<?> upstream) {
      Upstream<?> before = last;
      last = upstream;
      if (before != null) before.close();
    }

    @Override
    public void over(StopReason reason) {
      next(null);
    }
  }

  private final Supplier<Upstream<O>> upstreams;
  private final Flow.Publisher<? extends O> publisher;
  private Upstream<O> upstream;

  private Arrivals(Supplier<Upstream<O>> upstreams, Flow.Publisher<? extends O> publisher) {
    this.upstreams = upstreams;
    this.publisher = publisher;
  }

  /** {@return a behaviour that subscribes to a publisher when it starts} */
  static <O> Arrivals<O> from(Flow.Publisher<? extends O> publisher) {
    return new Arrivals<>(Upstream::new, publisher);
  }

  /** {@return a behaviour, for one incarnation, whose subscriber is given to a publisher by others} */
  static <O> Arrivals<O> through(Upstream<O> subscriber) {
    return new Arrivals<>(() -> subscriber, given -> {});
  }

  @Override
  public void onStart(StageContext context) {
    var insider = Insider.of(context);
    upstream = upstreams.get();
    upstream.attach(insider);
    insider.kept(Handover::new).next(upstream);
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
  public void onNudge(Outlet<?> out) {
    upstream.settle((Outlet<O>) out);
  }

  @Override
  public void onStop(StopReason reason) {
    upstream.close();
  }
}
