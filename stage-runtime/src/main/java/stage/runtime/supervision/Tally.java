package stage.runtime.supervision;

import stage.api.supervision.SupervisionSnapshot;

/** What a supervisor has counted. Guarded by the tree's lock. */
final class Tally {
  long crashes;
  long restarts;
  long escalations;
  long deadLetters;
  long deadLettersUnhandled;
  long eventsDropped;
  long errorsAfterCancel;

  void add(Tally other) {
    crashes += other.crashes;
    restarts += other.restarts;
    escalations += other.escalations;
    deadLetters += other.deadLetters;
    deadLettersUnhandled += other.deadLettersUnhandled;
    eventsDropped += other.eventsDropped;
    errorsAfterCancel += other.errorsAfterCancel;
  }

  /** {@return these numbers and those of the tree} */
  SupervisionSnapshot snapshot(Tree tree) {
    return new SupervisionSnapshot(crashes, restarts, escalations, deadLetters, deadLettersUnhandled, eventsDropped, tree.abandonedNow(), tree.refused(),
        errorsAfterCancel, tree.listenerFailures());
  }
}
