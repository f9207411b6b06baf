package stage.runtime.time;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A lock for a few operations at a time, that both virtual threads and the thread for timers take.
 *
 * <p>A platform thread does not queue for it. The next in the queue may be a virtual thread that stages keep
 * from running, because they spin on every carrier thread; and all behind it, deadlines among them, would wait with it.
 * Who holds the lock is never kept from running: it does not block while it does. So the lock is free again within
 * microseconds, and a platform thread takes it then, before those in line.
 */
public final class ShortLock {
  private static final long NANOS_BETWEEN_TRIES = 20_000;

  private final ReentrantLock lock = new ReentrantLock();

  /** Not locked yet. */
  public ShortLock() {}

  /** Waits until it is free, and takes it. Again, if this thread has it already. */
  public void lock() {
    if (Thread.currentThread().isVirtual()) lock.lock();
    else lockBeforeThoseInLine();
  }

  private void lockBeforeThoseInLine() {
    boolean interrupted = false;
    while (!lock.tryLock()) {
      interrupted |= Thread.interrupted();   // or parking would return at once
      LockSupport.parkNanos(this, NANOS_BETWEEN_TRIES);
    }
    if (interrupted) Thread.currentThread().interrupt();
  }

  /** Gives it free, if it was taken as often as this was called. */
  public void unlock() {
    lock.unlock();
  }

  /**
   * Changes something while the lock is held.
   *
   * @param change what to do; it must not block and runs no user code
   */
  public void run(Runnable change) {
    lock();
    try {
      change.run();
    } finally {
      unlock();
    }
  }

  /**
   * {@return the answer to a question that is asked while the lock is held}
   *
   * @param question what to ask; it must not block and runs no user code
   * @param <T> the answer
   */
  public <T> T get(Supplier<T> question) {
    lock();
    try {
      return question.get();
    } finally {
      unlock();
    }
  }
}
