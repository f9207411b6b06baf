package stage.runtime.engine;

import java.time.Duration;
import java.util.function.Supplier;
import stage.api.StageKilledException;
import stage.api.StageOptions;
import stage.runtime.time.Driver;
import stage.runtime.time.ShortLock;
import stage.runtime.time.Time;

/**
 * Ends a start that takes too long: interrupts it, and lets its supervisor abandon the thread if that does not help.
 * One per start.
 */
final class StartLimit {
  private final Supplier<String> path;
  private final Duration limit;
  private final ShortLock lock;
  private final Driver driver;
  private final Runnable overdue;
  private Time.Alarm alarm;           // the cell's thread only
  private boolean met;                // guarded by the lock
  private volatile boolean expired;   // written under the lock

  private StartLimit(
      Supplier<String> path, Duration limit, ShortLock lock, Driver driver, Runnable overdue) {
    this.path = path;
    this.limit = limit;
    this.lock = lock;
    this.driver = driver;
    this.overdue = overdue;
  }

  /**
   * {@return the limit of a start that begins now; null if it has none}
   *
   * @param path of the stage that starts
   * @param limit how long that may take
   * @param lock orders the interrupt and the end of the start
   * @param driver of the thread to interrupt
   * @param overdue called on the thread for timers after the interrupt
   */
  static StartLimit begin(Supplier<String> path, Duration limit, Time time, ShortLock lock, Driver driver,
      Runnable overdue) {
    if (limit.equals(StageOptions.NO_START_TIMEOUT)) return null;
    var begun = new StartLimit(path, limit, lock, driver, overdue);
    begun.alarm = time.at(time.nanos() + Time.toNanos(limit), begun::expire);
    return begun;
  }

  private void expire() {
    // The interrupt is sent under the lock that end() takes, so it cannot hit what the cell does after the start.
    lock.run(() -> {
      if (met) return;
      expired = true;
      driver.interrupt();
    });
    if (expired) overdue.run();
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
        "the start of stage " + path.get() + " took longer than its start timeout of " + limit);
    if (thrown != null) late.addSuppressed(thrown);
    return late;
  }
}
