package stage.runtime.pipeline;

import java.util.List;
import java.util.function.Function;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.runtime.bridge.Continuing;
import stage.runtime.bridge.BridgeContext;

/** One incarnation of a run that ends a pipeline. */
final class SinkStage implements Stage.Consumer<Object>, Continuing {
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
}
