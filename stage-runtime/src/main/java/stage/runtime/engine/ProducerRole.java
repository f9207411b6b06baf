package stage.runtime.engine;

import stage.api.Stage;
import stage.runtime.bridge.OnNotify;
import stage.runtime.time.Activity;
import stage.runtime.time.WaitState;

/** A producer: its turn is {@code onDemand}, taken when there is demand that it has not been told of. */
final class ProducerRole<O> extends Role {
  /** However large the demand (up to 2^63 - 1), a loop over it ends and its events fit into memory. */
  private static final long MOST_PER_TURN = 65_536;

  private final Stage.Producer<O> producer;
  private final ProducerHalf<O> half;
  private final StagedOutlet<O> out;
  private final boolean wakesItself;
  private long told;        // demand that the author was told of and has left
  private long toldBefore;  // the same before the turn
  private boolean wokenUp;

  ProducerRole(Stage.Producer<O> producer, CellParts parts) {
    super(parts);
    this.producer = producer;
    this.half = parts.outputOf(producer);
    this.out = new StagedOutlet<>(half);
    this.wakesItself = producer instanceof OnNotify;
  }

  @Override
  boolean hasTurn() {
    long demand = half.demand();
    if (demand < told) told = demand;   // a consumer left, and took its demand with it
    return demand > told || wokenUp && demand > 0;
  }

  @Override
  void turn() throws Exception {
    wokenUp = false;
    long demand = out.demand();
    if (demand == 0) return;   // the consumer that wanted something has left since hasTurn
    told = demand;
    handover.enter(callback());
    try {
      producer.onDemand(Math.min(demand, MOST_PER_TURN), out);
    } finally {
      handover.leave(callback());
    }
  }

  @Override
  void beginTurn() {
    toldBefore = told;
    out.beginTurn();
  }

  @Override
  void commit() {
    // A stage that has emitted something may have more, such as the next page: it is called again. One that has not
    // has nothing now.
    if (out.count() > 0) told = wakesItself ? Math.max(0, told - out.count()) : 0;
    boolean published = out.commit();
    try {
      memory.commit();
    } finally {
      if (published) half.fenceAndWake();
    }
  }

  @Override
  void rollback() {
    out.rollback();
    told = toldBefore;
  }

  @Override
  void wakeUp() {
    wokenUp = true;
  }

  @Override
  WaitState.Kind idle() {
    return WaitState.Kind.DEMAND;
  }

  @Override
  Activity callback() {
    return Activity.ON_DEMAND;
  }

  @Override
  RoleOutlet<?> outlet() {
    return out;
  }
}
