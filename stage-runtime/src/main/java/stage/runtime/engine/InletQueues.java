package stage.runtime.engine;

/**
 * The queues of one consumer, of which most never have anything in them: each is made when it has. The cell's thread
 * only.
 */
final class InletQueues {
  /** Of a consumer that nothing was put in a queue of yet. Nobody puts anything in these. */
  static final InletQueues NONE = new InletQueues();

  private InletQueue untold = InletQueue.NONE;       // that this incarnation must be told of
  private InletQueue asking = InletQueue.NONE;       // whose producers must be woken
  private InletQueue ready = InletQueue.NONE;        // with events, the one served last behind all others
  private InletQueue progressing = InletQueue.NONE;  // with progress to be told of
  private InletQueue over = InletQueue.NONE;         // that have ended, and whose events are handled
  private InletQueue failed = InletQueue.NONE;       // whose producers have failed
  private InletQueue cancels = InletQueue.NONE;      // to be cancelled
  private InletQueue outside = InletQueue.NONE;      // idle ones whose producers do not drain with this stage
  private InletQueue moved = InletQueue.NONE;        // that the turn has paused or resumed

  // ---- to look, and to take out

  InletQueue untold() {
    return untold;
  }

  InletQueue asking() {
    return asking;
  }

  InletQueue ready() {
    return ready;
  }

  InletQueue progressing() {
    return progressing;
  }

  InletQueue over() {
    return over;
  }

  InletQueue failed() {
    return failed;
  }

  InletQueue cancels() {
    return cancels;
  }

  InletQueue outside() {
    return outside;
  }

  InletQueue moved() {
    return moved;
  }

  // ---- to put in

  InletQueue toUntold() {
    return untold = untold.orNew(0);
  }

  InletQueue toReady() {
    return ready = ready.orNew(1);
  }

  InletQueue toProgressing() {
    return progressing = progressing.orNew(2);
  }

  InletQueue toOver() {
    return over = over.orNew(3);
  }

  InletQueue toFailed() {
    return failed = failed.orNew(4);
  }

  InletQueue toCancels() {
    return cancels = cancels.orNew(5);
  }

  InletQueue toOutside() {
    return outside = outside.orNew(6);
  }

  InletQueue toMoved() {
    return moved = moved.orNew(7);
  }

  InletQueue toAsking() {
    return asking = asking.orNew(8);
  }

  /** Makes room for this many subscriptions in the queues that a turn fills while it is committed. */
  void makeRoomFor(int all) {
    toUntold().makeRoomFor(all);
    toAsking().makeRoomFor(all);
    toReady().makeRoomFor(all);
    toProgressing().makeRoomFor(all);
    toOver().makeRoomFor(all);
    toFailed().makeRoomFor(all);
  }

  /** A subscription was just given up. */
  void left(LaneInlet<?> inlet) {
    untold.left(inlet);
    ready.left(inlet);
    progressing.left(inlet);
    over.left(inlet);
    failed.left(inlet);
    cancels.left(inlet);
    outside.left(inlet);
    moved.left(inlet);
    asking.left(inlet);
  }

  /** Forgets all of them. */
  void clear() {
    untold.clear();
    ready.clear();
    progressing.clear();
    over.clear();
    failed.clear();
    cancels.clear();
    outside.clear();
    moved.clear();
    asking.clear();
  }
}
