package stage.runtime.supervision;

import stage.api.supervision.SupervisionSnapshot;

/** What a supervisor has counted. Guarded by the tree's lock. */
final class Counters {
  long crashes;
  long restarts;
  long escalations;
  long deadLetters;
  long deadLettersUnhandled;
  long eventsDropped;
  long errorsAfterCancel;

  void add(Counters other) {
    crashes += other.crashes;
    restarts += other.restarts;
    escalations += other.escalations;
    deadLetters += other.deadLetters;
    deadLettersUnhandled += other.deadLettersUnhandled;
    eventsDropped += other.eventsDropped;
    errorsAfterCancel += other.errorsAfterCancel;
  }

  /** {@return these numbers and those of the tree} */
  SupervisionSnapshot snapshot(ScopeContext context) {
    return new SupervisionSnapshot(crashes, restarts, escalations, deadLetters, deadLettersUnhandled, eventsDropped,
        context.abandonedNow(), context.refused(),
        errorsAfterCancel, context.listenerFailures());
  }
}
