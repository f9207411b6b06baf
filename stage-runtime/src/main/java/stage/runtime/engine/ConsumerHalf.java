package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import stage.api.CancelPolicy;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;

/**
 * What a cell that consumes keeps: its subscriptions, and whose turn it is. It outlives incarnations. The cell's thread
 * only, but for what says otherwise.
 */
final class ConsumerHalf {
  private static final LaneInlet<?>[] NONE = {};

  private final ConsumerPort cell;
  private volatile LaneInlet<?>[] inlets = NONE;   // replaced, never changed, under the graph's lock
  private boolean closed;                          // under the graph's lock: whether it may not subscribe any more
  private LaneInlet<?>[] told = NONE;              // those that this incarnation has been told of, all of them
  private volatile Tasks<?, ?> tasks;              // set once; null if it hands no event to threads of their own
  private boolean gatesMoved;                      // whether the turn has closed or opened a subscription
  private long settledBefore;                      // of the subscriptions that it has given up
  private int next;                                // where to look for events first, so that all are served in turn

  ConsumerHalf(ConsumerPort cell) {
    this.cell = cell;
  }

  /** {@return what it knows of its cell} */
  ConsumerPort cell() {
    return cell;
  }

  /** {@return the events that were handed to threads of their own; made by the first incarnation, and kept} */
  @SuppressWarnings("unchecked")   // a cell has tasks of one kind: those of its spec
  <T extends Tasks<?, ?>> T tasks(Supplier<T> first) {
    if (tasks == null) tasks = first.get();
    return (T) tasks;
  }

  /** {@return the same; null if the stage hands no event to threads of their own} Any thread. */
  Tasks<?, ?> tasks() {
    return tasks;
  }

  // ---- under the graph's lock, called by any thread

  boolean isClosed() {
    return closed;
  }

  void add(LaneInlet<?> inlet) {
    inlets = SmallArrays.with(inlets, inlet);
  }

  /** Any thread. */
  LaneInlet<?>[] inlets() {
    return inlets;
  }

  /** The other end of a subscription wants it cancelled. Any thread. */
  void askToCancel(Lane<?> lane) {
    for (LaneInlet<?> inlet : inlets) if (inlet.lane() == lane) inlet.askToCancel();
  }

  // ---- the cell's thread

  /** {@return whether there are subscriptions that this incarnation may not have been told of} */
  boolean hasInletNews() {
    return told != inlets;
  }

  /** {@return a subscription that this incarnation must be told of, and counts as told now; null if there is none} */
  LaneInlet<?> newcomer(int incarnation) {
    LaneInlet<?>[] all = inlets;
    for (LaneInlet<?> inlet : all) if (inlet.introduce(incarnation)) return inlet;
    told = all;
    return null;
  }

  /** There is a new incarnation, which knows of no subscription. */
  void reincarnated() {
    told = NONE;
    boolean asked = false;
    for (LaneInlet<?> inlet : inlets) {
      if (!inlet.isClosed()) continue;
      inlet.open();
      asked |= inlet.commitGate();
    }
    gatesMoved = false;
    if (asked) fenceAndWakeProducers(true);
  }

  /** The turn has closed or opened a subscription. */
  void gateMoved() {
    gatesMoved = true;
  }

  /** Keeps which subscriptions the turn has closed and opened. Returns whether one was opened that asks for more. */
  boolean commitGates() {
    if (!gatesMoved) return false;
    gatesMoved = false;
    boolean asked = false;
    for (LaneInlet<?> inlet : inlets) asked |= inlet.commitGate();
    return asked;
  }

  void rollbackGates() {
    if (!gatesMoved) return;
    gatesMoved = false;
    for (LaneInlet<?> inlet : inlets) inlet.rollbackGate();
  }

  /** {@return the next subscription with events; null if there is none} */
  LaneInlet<?> ready() {
    LaneInlet<?>[] all = inlets;
    for (int i = 0; i < all.length; i++) {
      int at = next + i < all.length ? next + i : (next + i) % all.length;
      if (all[at].hasEvents()) return all[at];
    }
    return null;
  }

  /** The next look starts behind this one. */
  void served(LaneInlet<?> inlet) {
    LaneInlet<?>[] all = inlets;
    if (all.length == 1) return;
    for (int i = 0; i < all.length; i++) if (all[i] == inlet) next = i + 1 == all.length ? 0 : i + 1;
  }

  /**
   * {@return a subscription that its producer has ended, and whose events are all handled; null if there is none}
   *
   * @param stuck whether the cell cannot handle events now, in which case a failure is not waited for
   */
  LaneInlet<?> ended(boolean stuck) {
    for (LaneInlet<?> inlet : inlets) {
      // The ending is read before the events are looked for: it is written after the last of them.
      Ending ending = inlet.lane().ending();
      if (ending == null) continue;
      if (inlet.lane().available() == 0 || (stuck || inlet.isClosed()) && ending instanceof Ending.Failed) return inlet;
    }
    return null;
  }

  /** {@return whether a producer has ended its subscription, its events handled or not} */
  boolean hasEnding() {
    for (LaneInlet<?> inlet : inlets) if (inlet.lane().ending() != null) return true;
    return false;
  }

  /** {@return a subscription to cancel whose events nobody is working on; null if there is none} */
  LaneInlet<?> cancelled() {
    Tasks<?, ?> tasks = this.tasks;
    for (LaneInlet<?> inlet : inlets)
      if (inlet.isCancelled() && (tasks == null || !tasks.isBusyWith(inlet))) return inlet;
    return null;
  }

  /** {@return whether there is a subscription to cancel, now or when the last of its events has been worked on} */
  boolean hasCancelled() {
    for (LaneInlet<?> inlet : inlets) if (inlet.isCancelled()) return true;
    return false;
  }

  /** Wakes the producers: all if more was asked for, else those that wait for their lanes to be settled. */
  void fenceAndWakeProducers(boolean asked) {
    // pairs with the announcement of each producer's driver, and with tell in Lane.isSettledOrTellMe
    VarHandle.fullFence();
    for (LaneInlet<?> inlet : inlets) if (asked || inlet.lane().shouldNotifyProducer()) inlet.lane().producer().wake();
  }

  /** {@return how many events of all its subscriptions were settled, those that it has given up included} */
  long settled() {
    long settled = settledBefore;
    for (LaneInlet<?> inlet : inlets) settled += inlet.lane().settled();
    return settled;
  }

  /** Gives a subscription up; what is not settled goes back to its producer. */
  void leave(LaneInlet<?> inlet) {
    if (tasks != null) tasks.leave(inlet);
    settledBefore += inlet.lane().settled();   // before what is left in it is returned, which is no progress
    inlet.lane().producer().consumerLeft(inlet.lane());
    // last: what finds the heap full is done again
    cell.lock().run(() -> inlets = SmallArrays.without(inlets, inlet));
    next = 0;
  }

  /** Gives every subscription up, for good. */
  void close() {
    cell.lock().run(() -> closed = true);
    for (LaneInlet<?> inlet : inlets) leave(inlet);
  }

  /** Forgets the subscriptions that it has given up. Its cell has ended. */
  void letGo() {
    told = NONE;
    tasks = null;
  }

  static CancelPolicy policyOf(LaneInlet<?> inlet) {
    return inlet.lane().spec().cancelPolicy();
  }
}
