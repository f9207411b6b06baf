package stage.runtime.engine;

import stage.runtime.mailbox.Signals;
import stage.runtime.time.ShortLock;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;

/** What the parts of a cell know of it. */
interface CellPort extends OwnThread, Fates {
  /** {@return the cell, as the one that its driver steps} */
  StepMachine machine();

  /** {@return the time it lives in} */
  Time time();

  /** {@return what others have told it} */
  Signals signals();

  /** {@return whether an incarnation runs} Any thread. */
  boolean isRunning();

  /** {@return the lock of the subscription graph} */
  ShortLock lock();
}
