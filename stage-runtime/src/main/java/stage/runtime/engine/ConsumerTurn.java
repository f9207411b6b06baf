package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.List;
import stage.api.Redelivery;
import stage.runtime.time.WaitState;
import stage.runtime.time.Time;

/** The consuming part of a turn: takes a batch, and settles it or leaves it in its lane. The cell's thread only. */
final class ConsumerTurn<I> {
  private static final long BRISK_NANOS = 30_000;
  private static final int FRUITFUL = 16;

  private final ConsumerHalf half;
  private LaneInlet<I> inlet;   // whose batch is in hand; null between turns
  private LaneInlet<?> found;   // that had events when it was looked last; null once taken
  private LaneInlet<I> crashed; // whose batch was in hand when the last turn threw
  private long dryNanos;        // when there was nothing to take
  private long settledBefore;   // how much had been settled then
  private boolean rested;       // whether it rested then

  ConsumerTurn(ConsumerHalf half) {
    this.half = half;
  }

  boolean isReady() {
    found = half.ready();
    return found != null;
  }

  /** Takes the next batch; there is one. */
  @SuppressWarnings("unchecked")
  List<I> take(long limit) {
    LaneInlet<?> next = found;
    found = null;
    // what the look for a turn has found, most often: there is a turn because of it
    inlet = (LaneInlet<I>) (next != null && !next.isGone() && next.hasEvents() ? next : half.ready());
    half.served();
    int most = (int) Math.min(limit, inlet.batchLimit());
    List<I> batch = inlet.lane().take(most);
    inlet.beginTurn(batch.size());
    return batch;
  }

  LaneInlet<I> inlet() {
    return inlet;
  }

  /** Settles the batch in hand, if this was a turn for events. Returns whether more was asked for. */
  boolean settle() {
    return inlet != null && inlet.commit();
  }

  /** {@return whether the producer waits for its lane to be settled, and it is} Looked at again after the fence. */
  boolean shouldNotifyProducer() {
    return inlet != null && inlet.lane().available() == 0;
  }

  /** Keeps which subscriptions the turn has paused and resumed. Returns whether one was resumed that asks for more. */
  boolean commitGates() {
    return half.commitGates();
  }

  void rollbackGates() {
    half.rollbackGates();
  }

  /** Wakes the producers of those that were resumed. */
  void wakeResumedProducers() {
    half.fenceAndWakeProducers();
  }

  void fence() {
    // pairs with the announcement of the producer's driver, and with tell in Lane.isSettledOrTellMe
    VarHandle.fullFence();
  }

  /** After a full fence. */
  void wakeProducer(boolean asked) {
    if (inlet == null) return;
    if (asked || inlet.lane().shouldNotifyProducer()) inlet.lane().wakeProducer();
  }

  /** The turn is over. */
  void finish() {
    if (inlet == null) return;
    LaneInlet<I> served = inlet;
    inlet = null;
    try {
      served.tellGivenUp();
    } finally {
      if (served.isCancelled()) leave(served);
    }
  }

  private void leave(LaneInlet<I> served) {
    try {
      half.leave(served);
    } catch (Throwable failure) {   // such as a full heap
      served.askToCancel();         // so that it is given up all the same
      throw failure;
    }
  }

  void rollback() {
    if (inlet == null) return;
    inlet.rollback();
    crashed = inlet;
    inlet = null;
  }

  /** The turn that was undone has crashed the stage, which is restarted. */
  void redeliver(Redelivery redelivery, Throwable cause) {
    if (crashed == null) return;
    LaneInlet<I> again = crashed;
    crashed = null;
    tell(again, again.redeliver(redelivery, cause));
    again.tellGivenUp();
  }

  /**
   * Events of a subscription may have met their fate outside a turn: to have given up on the last one settles its lane,
   * too.
   */
  private void tell(LaneInlet<I> of, boolean asked) {
    fence();
    if (asked || of.lane().shouldNotifyProducer()) of.lane().wakeProducer();
  }

  /** The turn that was undone is no reason to suspect its batch. */
  void forgive() {
    if (crashed != null) crashed.forgive();
    crashed = null;
  }

  boolean hasCrashedBatch() {
    return crashed != null;
  }

  /** The turn that was undone has failed, and its incarnation goes on without the event that made it fail. */
  void skip(Throwable cause) {
    if (crashed == null) return;
    LaneInlet<I> again = crashed;
    crashed = null;
    tell(again, again.skip(cause));
    again.tellGivenUp();
  }

  // Rest. A generator publishes events one by one. Where they come in quick succession, and it is not short of demand,
  // its consumer had better let some gather than be woken for each. So it does when it ran dry twice within
  // BRISK_NANOS, and goes on while rest is fruitful.

  boolean wantsRest(Time time) {
    if (half.inletCount() != 1) return false;
    LaneInlet<?>[] inlets = half.inlets();
    if (inlets.length != 1 || !inlets[0].lane().producer().emitsOneByOne() || isReady()) return false;
    long now = time.nanos();
    long settled = inlets[0].lane().settled();
    boolean brisk = now - dryNanos < BRISK_NANOS;
    boolean fruitful = rested && settled - settledBefore >= FRUITFUL;
    dryNanos = now;
    settledBefore = settled;
    rested = (brisk || fruitful) && mayRest();
    return rested;
  }

  boolean mayRest() {
    if (half.inletCount() != 1) return false;
    LaneInlet<?>[] inlets = half.inlets();
    return inlets.length == 1 && inlets[0].lane().ending() == null && inlets[0].lane().unsent() >= FRUITFUL;
  }

  WaitState.Kind idle() {
    return half.hasNoInlets() ? WaitState.Kind.MAIL : WaitState.Kind.EVENTS;
  }
}
