package stage.runtime.pipeline;

import java.util.List;
import java.util.function.Function;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.OnIdle;
import stage.runtime.bridge.OnProgress;
import stage.runtime.bridge.TakesAhead;
import stage.runtime.lane.Progress;

/** One incarnation of a run that emits. */
final class RunStage implements Stage.ProducerConsumer<Object, Object>, OnProgress, OnIdle, TakesAhead {
  private final Function<BridgeContext, Chain> chains;
  private Chain chain;

  /** @param chains the stage's chain, which outlives this */
  RunStage(Function<BridgeContext, Chain> chains) {
    this.chains = chains;
  }

  @Override
  public void onStart(StageContext context) {
    var insider = BridgeContext.of(context);
    chain = chains.apply(insider);
    chain.start(insider);
  }

  @Override
  public void onStop(StopReason reason) {
    if (chain != null) chain.stop();   // null if it has not started
  }

  @Override
  public void onEvents(List<Object> events, Inlet<Object> from, Outlet<Object> out) throws Exception {
    chain.onEvents(events, from, out);
  }

  @Override
  public boolean hasMore() {
    return chain.hasMore();
  }

  @Override
  public void onMore(Outlet<Object> out) throws Exception {
    chain.onMore(out);
  }

  @Override
  public void onComplete(Outlet<Object> out) throws Exception {
    chain.onComplete(out);
  }

  @Override
  public void onSubscribe(Inlet<Object> to) {
    chain.subscribed(to);
  }

  @Override
  public void onInputEnd(Inlet<Object> from, Outlet<Object> out) throws Exception {
    chain.inputEnded(from, out);
  }

  @Override
  @SuppressWarnings("unchecked")   // its own
  public void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) throws Exception {
    chain.onProgress(from, progress, (Outlet<Object>) out);
  }

  @Override
  public boolean takesAhead() {
    return chain != null && chain.takesAhead();   // null until it has started
  }

  @Override
  public long idleAfterNanos() {
    return chain.idleAfterNanos();
  }

  @Override
  @SuppressWarnings("unchecked")   // its own
  public void onIdle(Outlet<?> out) throws Exception {
    chain.onIdle((Outlet<Object>) out);
  }
}
