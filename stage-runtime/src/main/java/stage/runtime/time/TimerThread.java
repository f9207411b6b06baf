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
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // guarded by lock
  private final PriorityQueue<TimerEntry> entries = new PriorityQueue<>();
  private long ordered;
  private boolean started;

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
      Runnable action = awaitNext();
      if (action != null) action.run();
    }
  }

  /** {@return the action that is due; null if it was cancelled, or after an interrupt, which nobody has a reason to send} */
  private Runnable awaitNext() {
    lock.lock();
    try {
      while (true) {
        TimerEntry next = entries.peek();
        if (next == null) {
          changed.await();
        } else {
          long left = next.atNanos() - System.nanoTime();
          if (left <= 0) return entries.poll().action();
          changed.awaitNanos(left);
        }
      }
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }
}
