package stage.runtime.engine;

import java.util.List;
import stage.api.Stage;
import stage.runtime.bridge.Continuing;
import stage.runtime.bridge.DemandLimit;
import stage.runtime.time.WaitState;

/** A consumer: its turn is {@code onEvents}, taken when there is an event. */
final class ConsumerRole<I> extends ConsumingRole<I> {
  private final Stage.Consumer<I> stage;
  private final DemandLimit gate;        // null if it may take what there is
  private final Continuing continuing;   // null if its work never goes on over several turns

  ConsumerRole(Stage.Consumer<I> stage, CellParts parts) {
    super(stage, parts);
    this.stage = stage;
    this.gate = stage instanceof DemandLimit gated ? gated : null;
    this.continuing = stage instanceof Continuing goesOn ? goesOn : null;
  }

  @Override
  boolean hasTurn() {
    return memory.hasMore() || input.isReady() && !isShut() || hasProgress();
  }

  @Override
  void turn() throws Exception {
    takeTurn(gate == null ? Long.MAX_VALUE : gate.permits());
  }

  @Override
  void handle(List<I> batch) throws Exception {
    stage.onEvents(batch, input.inlet());
  }

  @Override
  void goOn() throws Exception {
    continuing.onMore();
  }

  @Override
  boolean asksForMore() {
    return continuing != null && continuing.hasMore();
  }

  @Override
  boolean lingers() {
    return continuing != null && continuing.lingers();
  }

  @Override
  boolean isShut() {
    return gate != null && gate.permits() == 0;
  }

  @Override
  void beginTurn() {}

  @Override
  @SuppressWarnings("unchecked")
  void inputEnded(LaneInlet<?> inlet) throws Exception {
    stage.onInputEnd((LaneInlet<I>) inlet);
  }

  @Override
  void inputCompleted() throws Exception {
    stage.onComplete();
  }

  @Override
  @SuppressWarnings("unchecked")
  void subscribed(LaneInlet<?> inlet) throws Exception {
    stage.onSubscribe((LaneInlet<I>) inlet);
  }

  @Override
  WaitState.Kind idle() {
    return isShut() && input.isReady() ? WaitState.Kind.DEMAND : input.idle();
  }
}
