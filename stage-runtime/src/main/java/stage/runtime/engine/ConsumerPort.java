package stage.runtime.engine;

import stage.runtime.lane.LaneEnd;

/** What the consuming parts of a cell know of it. */
interface ConsumerPort extends CellPort {
  /** Runs what user code, on the cell's own thread, asks the engine to do. */
  void inEngine(Runnable what);

  /**
   * Publishes in the middle of a turn, keeps its states, and settles the next events of the batch in hand.
   *
   * @param inlet whose batch
   * @param events how many of them
   */
  void commitPoint(LaneInlet<?> inlet, int events);

  /**
   * {@return whether the producer at the other end of a lane drains when this cell does} Any thread.
   *
   * @param producer the cell there
   */
  boolean drainsWith(LaneEnd producer);
}
