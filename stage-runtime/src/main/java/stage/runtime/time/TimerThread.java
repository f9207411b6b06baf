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
  private static final class Entry implements Comparable<Entry>, Time.Alarm {
    private final long atNanos;
    private final long order;
    private volatile Runnable action;   // cleared by cancel, so that a far timer holds on to nothing

    Entry(long atNanos, long order, Runnable action) {
      this.atNanos = atNanos;
      this.order = order;
      this.action = action;
    }

    @Override
    public void cancel() {
      action = null;
    }

    @Override
    public int compareTo(Entry other) {
      long difference = atNanos - other.atNanos;   // a difference, because nanoTime may wrap
      return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // guarded by lock
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long ordered;
  private boolean started;

  Time.Alarm at(long atNanos, Runnable action) {
    lock.lock();
    try {
      var entry = new Entry(atNanos, ordered++, action);
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
        Entry next = entries.peek();
        if (next == null) {
          changed.await();
        } else {
          long left = next.atNanos - System.nanoTime();
          if (left <= 0) return entries.poll().action;
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
