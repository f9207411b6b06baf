package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import stage.api.Demand;
import stage.api.Inlet;

/** One subscription as its consumer sees it. The consumer's cell only, but for {@link #askToCancel}. */
final class LaneInlet<I> implements Inlet<I> {
  private final Lane<I> lane;
  private final Cell<?> cell;
  private final Demand demand;
  private int inHand;                    // size of the batch that a turn is handling
  private long asked;                    // by request(), in this turn
  private int handledBeforeCancel = -1;  // how much of the batch in hand counts, if the turn cancelled
  private boolean cancelled;
  private int metBy;                     // the last incarnation that was told of this subscription
  private volatile boolean cancelAsked;  // set by anybody

  LaneInlet(Lane<I> lane, Cell<?> cell) {
    this.lane = lane;
    this.cell = cell;
    this.demand = lane.spec().demand();
  }

  Lane<I> lane() {
    return lane;
  }

  @Override
  public String producer() {
    return lane.producer().path();
  }

  @Override
  public long id() {
    return lane.id();
  }

  @Override
  public void request(long events) {
    cell.ensureOwnThread("request()");
    if (events < 1) {
      throw new IllegalArgumentException("request must be for at least 1 event, but was for " + events
          + " (Reactive Streams rule 3.9)");
    }
    if (!demand.manual()) {
      throw new IllegalStateException("demand on the subscription to " + producer()
          + " is automatic; use Demand.byHand() to request events yourself");
    }
    if (lane.hasLeft()) return;   // a cancelled subscription asks for nothing (Reactive Streams rule 3.6), and the lane is the producer's
    asked = asked + events < 0 ? Long.MAX_VALUE : asked + events;
    if (inHand == 0 && settle(0)) {   // outside a turn of this subscription there is no commit to wait for
      VarHandle.fullFence();          // pairs with the announcement of the producer's carrier
      lane.producer().carrier().wake();
    }
  }

  @Override
  public long outstanding() {
    return lane.requested() - lane.settled();
  }

  @Override
  public void cancel() {
    cell.ensureOwnThread("cancel()");
    cancelled = true;
    if (inHand == 0) cell.signal(Cell.CANCEL_ASKED);
  }

  @Override
  public void cancel(int handled) {
    cell.ensureOwnThread("cancel()");
    if (handled < 0 || handled > inHand) {
      throw new IllegalArgumentException("handled must be from 0 to the size of the batch in hand, " + inHand + ", but was " + handled);
    }
    handledBeforeCancel = handled;
    cancel();
  }

  void askToCancel() {
    cancelAsked = true;
    cell.signal(Cell.CANCEL_ASKED);
  }

  boolean isCancelled() {
    return cancelled || cancelAsked;
  }

  /** {@return whether this incarnation is to be told of this subscription} It counts as told then. */
  boolean meet(int incarnation) {
    boolean isNew = metBy != incarnation && !isCancelled();
    metBy = incarnation;
    return isNew;
  }

  void beginTurn(int batch) {
    inHand = batch;
    asked = 0;
    handledBeforeCancel = -1;
  }

  /** The turn was good: settles its batch and refills the demand. Answers whether the producer is to be woken, after a full fence. */
  boolean commit() {
    int handled = cancelled && handledBeforeCancel >= 0 ? handledBeforeCancel : inHand;
    inHand = 0;
    return settle(handled);
  }

  private boolean settle(int handled) {
    long before = lane.requested();
    long requested = before;
    if (demand.manual()) {
      requested = before + asked < 0 ? Long.MAX_VALUE : before + asked;
      asked = 0;
    } else {
      long settled = lane.settled() + handled;
      if (before - settled <= demand.min()) requested = settled + demand.max();
    }
    lane.settle(handled, requested);
    return requested != before;
  }

  /** The turn threw: its batch stays in the lane, and what it asked for counts for nothing. */
  void rollback() {
    inHand = 0;
    asked = 0;
    cancelled = false;
    handledBeforeCancel = -1;
  }
}
