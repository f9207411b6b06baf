package stage.runtime.engine;

import stage.api.Restart;
import stage.api.StageSnapshot;
import stage.api.StopReason;

/** Who is told when a cell ends. */
public interface CellOwner {
  /**
   * A cell that had started has crashed. On the cell's thread, which does as it is told.
   *
   * @param cell which
   * @param incarnation which life of it
   * @param cause what was thrown
   * @param during what it was doing, such as {@code onEvents}
   * @param restart which ends its spec wants answered with a restart
   * @return what is to become of it
   */
  Verdict crashed(Cell<?> cell, int incarnation, Throwable cause, String during, Restart restart);

  /**
   * A cell that had started has ended. On the cell's thread, which does nothing of note after this.
   *
   * @param cell which
   * @param last its last numbers; what is counted after this is told with {@link #returnedAfterEnd}
   * @param reason why
   * @param during what it was doing, such as {@code onEvents}
   */
  void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during);

  /**
   * A consumer gave back events of a producer whose last numbers were taken before. On the consumer's thread; may come before
   * {@link #ended} does.
   *
   * @param cell the producer
   * @param events how many events
   */
  void returnedAfterEnd(Cell<?> cell, int events);
}
