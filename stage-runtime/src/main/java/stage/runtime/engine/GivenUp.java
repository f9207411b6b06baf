package stage.runtime.engine;

import java.util.ArrayDeque;

/**
 * What a turn has given up on of the batch in hand, until that is settled; then what the stage's handler is still to be
 * told. One per subscription that has ever needed it. The consumer's cell only.
 */
final class GivenUp {
  /** An event that was given up on: a dead letter, or, without a cause, dropped. */
  private record Fate(Object event, Throwable cause, int attempts, String where) {}

  private final Fates teller;
  private Fate[] fates;                 // by place in the batch
  private int unsettled;                // how many of them are not settled
  private final ArrayDeque<Fate> untold = new ArrayDeque<>(0);
  private int deadLettered;             // of what settle has just passed
  private int dropped;

  GivenUp(Fates teller, int batch) {
    this.teller = teller;
    this.fates = new Fate[batch];
  }

  void deadLetter(int index, Object event, Throwable cause, int attempts, String path) {
    add(index, new Fate(event, cause, attempts, path));
  }

  void drop(int index, String why) {
    add(index, new Fate(null, null, 0, why));
  }

  /** An event is about to be settled as a dead letter, and told of then. */
  void addUntold(Object event, Throwable cause, int attempts, String path) {
    untold.add(new Fate(event, cause, attempts, path));
  }

  private void add(int index, Fate fate) {
    if (fates[index] != null)
      throw new IllegalArgumentException("event " + index + " of the batch was given up on before, in the same turn");
    fates[index] = fate;
    unsettled++;
  }

  /** {@return whether nothing in the batch in hand was given up on that is not settled} */
  boolean isEmpty() {
    return unsettled == 0;
  }

  /**
   * The events from one place in the batch to another are settled: {@link #deadLettered} and {@link #dropped} say how.
   */
  void settle(int from, int to) {
    deadLettered = 0;
    dropped = 0;
    for (int i = from; i < to && unsettled > 0; i++) {
      Fate fate = fates[i];
      if (fate == null) continue;
      fates[i] = null;
      unsettled--;
      untold.add(fate);
      if (fate.cause == null) dropped++;
      else deadLettered++;
    }
  }

  int deadLettered() {
    return deadLettered;
  }

  int dropped() {
    return dropped;
  }

  /** Tells of what is settled, outputs and states with it. */
  void tell() {
    for (Fate next = untold.peek(); next != null; next = untold.peek()) {
      if (next.cause == null) teller.dropped(1, next.where);
      else teller.deadLetter(next.event, next.cause, next.attempts, next.where);
      untold.poll();   // last: if the heap is full, it is repeated
    }
  }

  /** Another turn begins, or this one is undone. */
  void forget(int nextBatch) {
    if (unsettled > 0 || fates.length < nextBatch) fates = new Fate[nextBatch];
    unsettled = 0;
  }
}
