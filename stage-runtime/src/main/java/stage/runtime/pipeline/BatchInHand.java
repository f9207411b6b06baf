package stage.runtime.pipeline;

import stage.api.Inlet;
import stage.runtime.bridge.BoundedInlet;

/**
 * The batch in hand, which element of it is in hand, and how far it is settled: elements before the one in hand can be
 * published and settled by themselves. The run's own thread.
 */
final class BatchInHand {
  private final StagedResults results;
  private BoundedInlet<Object> in;   // null if there is none
  private int index = -1;            // the element in hand; -1 if results come of none
  private int settled;               // at commit points
  private boolean isThrough;         // the element in hand: what goes on now was made of several

  BatchInHand(StagedResults results) {
    this.results = results;
  }

  void begin(Inlet<Object> from) {
    isThrough = false;
    in = (BoundedInlet<Object>) from;
    settled = 0;
  }

  void end() {
    in = null;
  }

  boolean isOf(Inlet<Object> inlet) {
    return in == inlet;
  }

  // ---- the element in hand

  void take(int element) {
    index = element;
  }

  /** What comes now comes of no element. */
  void takeNone() {
    index = -1;
  }

  /** {@return whether there is an element in hand that what goes on now comes of} */
  boolean hasElement() {
    return index >= 0 && !isThrough;
  }

  /** {@return whether nothing of a batch is in hand, not even one that is through} */
  boolean isEmptyHanded() {
    return index < 0;
  }

  /** The element in hand is through, and what goes on now was made of several. Returns whether that was so before. */
  boolean through(boolean is) {
    boolean before = isThrough;
    isThrough = is;
    return before;
  }

  void drop(String why) {
    in.drop(index, why);
  }

  void deadLetter(Object event, Throwable thrown, int attempts, String where) {
    in.deadLetter(index, event, thrown, attempts, where);
  }

  // ---- the batch

  /** The last ones come again. */
  void leave(int elements) {
    in.leave(elements);
  }

  /** Nothing behind the element in hand is wanted. */
  void cancelRest() {
    in.cancel(index + 1 - settled);
  }

  /** Publishes results and settles the elements before the one in hand, and that one too if it is through. */
  void settleBefore() {
    int behind = isThrough ? index + 1 : index;
    if (in == null || behind <= settled) return;
    int events = behind - settled;
    settled = behind;
    results.flush();
    in.commit(events);
  }

  /** Publishes the results of this many elements, and settles them. */
  void settleTaken(int taken) {
    if (taken <= settled) return;
    results.flush();
    settleUpTo(taken);
  }

  void settleUpTo(int behind) {
    int events = behind - settled;
    settled = behind;
    if (events > 0) in.commit(events);
  }
}
