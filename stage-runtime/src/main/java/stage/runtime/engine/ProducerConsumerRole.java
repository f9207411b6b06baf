package stage.runtime.engine;

import java.util.List;
import stage.api.Stage;
import stage.runtime.bridge.TakesAhead;
import stage.runtime.time.WaitState;

/** A producer-consumer: its turn is {@code onEvents}, taken when there is an event and demand for what comes of it. */
final class ProducerConsumerRole<I, O> extends ConsumingRole<I> {
  private final Stage.ProducerConsumer<I, O> stage;
  private final ProducerHalf<O> half;
  private final StagedOutlet<O> out;
  private final TakesAhead takesAhead;   // null if it takes only what is wanted

  ProducerConsumerRole(Stage.ProducerConsumer<I, O> stage, CellParts parts) {
    super(stage, parts);
    this.stage = stage;
    this.half = parts.outputOf(stage);
    this.out = new StagedOutlet<>(half);
    this.takesAhead = stage instanceof TakesAhead ahead ? ahead : null;
  }

  @Override
  boolean takesAhead() {
    return takesAhead != null && takesAhead.takesAhead();
  }

  @Override
  boolean hasTurn() {
    if (half.demand() > 0) return memory.hasMore() || input.isReady() || hasProgress();
    return takesAhead() && (input.isReady() || hasProgress());
  }

  @Override
  void turn() throws Exception {
    // the consumer that wanted something may have left since hasTurn
    if (out.demand() == 0 && !(takesAhead() && (input.isReady() || hasProgress()))) return;
    out.invite();
    takeTurn(takesAhead() ? Integer.MAX_VALUE : out.demand());
  }

  @Override
  boolean mayGoOn() {
    return out.demand() > 0 && memory.hasMore();
  }

  @Override
  void handle(List<I> batch) throws Exception {
    stage.onEvents(batch, input.inlet(), out);
  }

  @Override
  void goOn() throws Exception {
    stage.onMore(out);
  }

  @Override
  boolean asksForMore() {
    return stage.hasMore();
  }

  @Override
  @SuppressWarnings("unchecked")
  void inputEnded(LaneInlet<?> inlet) throws Exception {
    out.invite();
    stage.onInputEnd((LaneInlet<I>) inlet, out);
  }

  @Override
  void inputCompleted() throws Exception {
    out.invite();
    stage.onComplete(out);
  }

  @Override
  @SuppressWarnings("unchecked")
  void subscribed(LaneInlet<?> inlet) throws Exception {
    stage.onSubscribe((LaneInlet<I>) inlet);
  }

  @Override
  void beginTurn() {
    out.beginTurn();
  }

  @Override
  void commitOutput() {
    if (out.commit()) half.fenceAndWake();
    out.beginTurn();
  }

  @Override
  boolean publish() {
    return out.commit();
  }

  @Override
  void fenceAndWake() {
    half.fenceAndWake();
  }

  @Override
  void rollback() {
    out.rollback();
    super.rollback();
  }

  @Override
  WaitState.Kind idle() {
    return memory.hasMore() || input.isReady() ? WaitState.Kind.DEMAND : input.idle();
  }

  @Override
  RoleOutlet<?> outlet() {
    return out;
  }
}
