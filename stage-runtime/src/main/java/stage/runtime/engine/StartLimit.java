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
final class StartLimit {
  private final Cell<?> cell;
  private final Duration limit;
  private final ShortLock lock;       // orders the interrupt and the end of the start
  private Time.Alarm alarm;           // the cell's thread only
  private boolean met;                // guarded by the lock
  private volatile boolean expired;   // written under the lock

  private StartLimit(Cell<?> cell, Duration limit) {
    this.cell = cell;
    this.limit = limit;
    this.lock = cell.graph().lock();
  }

  /**
   * {@return the limit of a start that begins now; null if it has none}
   *
   * @param cell the stage that starts
   */
  static StartLimit begin(Cell<?> cell) {
    Duration limit = cell.options().startTimeout();
    if (limit.equals(StageOptions.NO_START_TIMEOUT)) return null;
    Time time = cell.graph().time();
    var begun = new StartLimit(cell, limit);
    begun.alarm = time.at(time.nanos() + Time.toNanos(limit), begun::expire);
    return begun;
  }

  private void expire() {
    // The interrupt is sent under the lock that end() takes, so it cannot hit what the cell does after the start.
    lock.run(() -> {
      if (met) return;
      expired = true;
      cell.driver().interrupt();
    });
    if (expired) cell.owner().services().overdue(cell);
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
    lock.run(() -> met = !expired);
    if (met) return thrown;
    Thread.interrupted();
    var late = new StageKilledException(
        "the start of stage " + cell.path() + " took longer than its start timeout of " + limit);
    if (thrown != null) late.addSuppressed(thrown);
    return late;
  }
}
