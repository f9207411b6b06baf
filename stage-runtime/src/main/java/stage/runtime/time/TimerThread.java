package stage.runtime.time;

import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs short actions at their time, on one platform daemon thread that is started with the first of them.
 *
 * <p>A platform thread, because virtual threads are not time-sliced: stages that spin on every carrier would stop every timer, the one
 * that is to cancel them included.
 */
final class TimerThread {
  private static final long NANOS_UNTIL_TRIED_AGAIN = 10_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // guarded by lock
  private final PriorityQueue<TimerEntry> entries = new PriorityQueue<>();
  private long ordered;
  private boolean started;
  // the timer thread only
  private TimerEntry late;   // found the heap full, and others behind it

  Time.Alarm at(long atNanos, Runnable action) {
    lock.lock();
    try {
      var entry = new TimerEntry(atNanos, ordered++, action);
      entries.add(entry);
      if (!started) {
        Thread.ofPlatform().daemon().name("stage-timer").inheritInheritableThreadLocals(false).start(this::run);
        started = true;
      }
      changed.signal();
      return entry;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      TimerEntry next = awaitNext();
      Runnable action = next == null ? null : next.action();
      if (action != null) run(next, action);
    }
  }

  /** Whatever becomes of it, the others are to be run at their time. */
  private void run(TimerEntry entry, Runnable action) {
    try {
      action.run();
    } catch (OutOfMemoryError full) {
      tryAgain(entry);
    } catch (Throwable broken) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, broken);   // told as if this thread had died of it
    }
  }

  /** Each action may be run again, and somebody relies on it. Needs no memory. */
  private void tryAgain(TimerEntry entry) {
    entry.behind = late;
    late = entry;
  }

  private TimerEntry takeLate() {
    TimerEntry again = late;
    late = again.behind;
    again.behind = null;
    return again;
  }

  /** {@return what is due; null after an interrupt, which nobody has a reason to send} */
  private TimerEntry awaitNext() {
    lock.lock();
    try {
      while (true) {
        TimerEntry next = entries.peek();
        long left = next == null ? Long.MAX_VALUE : next.atNanos() - System.nanoTime();
        if (left <= 0) return entries.poll();
        if (late != null) {
          changed.awaitNanos(Math.min(left, NANOS_UNTIL_TRIED_AGAIN));
          return takeLate();
        }
        changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }
}
