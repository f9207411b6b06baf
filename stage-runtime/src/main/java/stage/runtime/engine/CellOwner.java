package stage.runtime.engine;

import stage.api.StopReason;

/** Who is told when a cell ends. */
public interface CellOwner {
  /**
   * A cell that had started has ended. On the cell's thread, which does nothing of note after this.
   *
   * @param cell which
   * @param reason why
   * @param during what it was doing, such as {@code onEvents}
   */
  void ended(Cell<?> cell, StopReason reason, String during);
}
