package stage.runtime.pipeline;

import java.util.List;
import java.util.function.Function;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.runtime.bridge.Continuing;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.OnIdle;
import stage.runtime.bridge.OnProgress;
import stage.runtime.lane.Progress;

/** One incarnation of a run that ends a pipeline. */
final class SinkStage implements Stage.Consumer<Object>, Continuing, OnProgress, OnIdle {
  private final Function<BridgeContext, Chain> chains;
  private Chain chain;

  /** @param chains the stage's chain, which outlives this */
  SinkStage(Function<BridgeContext, Chain> chains) {
    this.chains = chains;
  }

  @Override
  public void onStart(StageContext context) throws Exception {
    var insider = BridgeContext.of(context);
    chain = chains.apply(insider);
    chain.startSink(insider);
  }

  @Override
  public void onStop(StopReason reason) {
    if (chain != null) chain.stop();   // null if it has not started
  }

  @Override
  public void onEvents(List<Object> events, Inlet<Object> from) throws Exception {
    chain.onEvents(events, from, null);
  }

  @Override
  public boolean hasMore() {
    return chain.hasMore();
  }

  @Override
  public void onMore() throws Exception {
    chain.onMore(null);
  }

  @Override
  public void onComplete() throws Exception {
    chain.onComplete(null);
  }

  @Override
  public void onSubscribe(Inlet<Object> to) {
    chain.subscribed(to);
  }

  @Override
  public void onInputEnd(Inlet<Object> from) throws Exception {
    chain.inputEnded(from, null);
  }

  @Override
  public void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) throws Exception {
    chain.onProgress(from, progress, null);
  }

  @Override
  public long idleAfterNanos() {
    return chain.idleAfterNanos();
  }

  @Override
  public void onIdle(Outlet<?> out) throws Exception {
    chain.onIdle(null);
  }
}
