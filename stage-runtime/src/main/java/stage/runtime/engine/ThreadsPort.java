package stage.runtime.engine;

import stage.runtime.time.Driver;

/** What {@link CellThreads} knows of its cell. Any thread. */
interface ThreadsPort {
  /** {@return what carries the cell} */
  Driver driver();

  /** {@return what stands between the cell's thread and user code} */
  Handover handover();

  /** {@return whether the cell may stay in user code for ever} */
  boolean isGenerator();

  /** {@return the events that it has handed to threads of their own; null if it hands none} */
  Tasks<?, ?> tasks();
}
