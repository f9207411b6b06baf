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
  private final Waits.Awaited cell;
  private final Duration limit;
  private final ShortLock lock;
  private final Runnable overdue;
  private Time.Alarm alarm;           // the cell's thread only
  private boolean met;                // guarded by the lock
  private volatile boolean expired;   // written under the lock

  private StartLimit(Waits.Awaited cell, Duration limit, ShortLock lock, Runnable overdue) {
    this.cell = cell;
    this.limit = limit;
    this.lock = lock;
    this.overdue = overdue;
  }

  /**
   * {@return the limit of a start that begins now; null if it has none}
   *
   * @param cell that starts
   * @param limit how long that may take
   * @param lock orders the interrupt and the end of the start
   * @param overdue called on the thread for timers after the interrupt
   */
  static StartLimit begin(Waits.Awaited cell, Duration limit, Time time, ShortLock lock, Runnable overdue) {
    if (limit.equals(StageOptions.NO_START_TIMEOUT)) return null;
    var begun = new StartLimit(cell, limit, lock, overdue);
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
    overdue.run();
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
