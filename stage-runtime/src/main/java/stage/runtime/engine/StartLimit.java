package stage.runtime.engine;

import java.time.Duration;
import stage.api.StageKilledException;
import stage.api.StageOptions;
import stage.runtime.time.ShortLock;
import stage.runtime.time.Time;

/**
 * Ends a start that takes too long: interrupts it, and lets its supervisor abandon the thread if that does not help.
 * One per start.
 */
final class StartLimit implements Runnable {
  private final Cell<?> cell;
  private final Duration limit;
  private final ShortLock lock;       // the graph's: orders the interrupt and the end of the start
  private Time.Alarm alarm;           // the cell's thread only
  private boolean met;                // guarded by the lock
  private volatile boolean expired;   // written under the lock

  private StartLimit(Cell<?> cell, Duration limit) {
    this.cell = cell;
    this.limit = limit;
    this.lock = cell.graph().lock();
  }

  /** {@return the limit of a start of this cell that begins now; null if it has none} */
  static StartLimit begin(Cell<?> cell) {
    Duration limit = cell.options().startTimeout();
    if (limit.equals(StageOptions.NO_START_TIMEOUT)) return null;
    var begun = new StartLimit(cell, limit);
    Time time = cell.graph().time();
    begun.alarm = time.at(time.nanos() + Time.toNanos(limit), begun);
    return begun;
  }

  /** It has taken too long. On the thread for timers. */
  @Override
  public void run() {
    lock.lock();
    try {
      // under the lock that end() takes, so the interrupt cannot hit what the cell does after the start
      if (met) return;
      expired = true;
      cell.driver().interrupt();
    } finally {
      lock.unlock();
    }
    cell.owner().services().overdue(cell);
  }

  /** Any thread. */
  boolean isExpired() {
    return expired;
  }

  /**
   * The start is over.
   *
   * @param thrown what it threw; null if it returned
   * @return why it has failed; null if it has not
   */
  Throwable end(Throwable thrown) {
    alarm.cancel();
    lock.lock();
    try {
      met = !expired;
    } finally {
      lock.unlock();
    }
    if (met) return thrown;
    Thread.interrupted();
    var late = new StageKilledException(
        "the start of stage " + cell.path() + " took longer than its start timeout of " + limit);
    if (thrown != null) late.addSuppressed(thrown);
    return late;
  }
}
