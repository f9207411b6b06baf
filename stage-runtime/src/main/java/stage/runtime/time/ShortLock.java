package stage.runtime.time;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

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
}
