package stage.runtime.observe.page;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import stage.api.observe.StageEvent;

/** The last things that have happened, numbered. Any thread; its lock is held for a few operations only. */
final class History {
  private static final int MOST = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<StageEvent> latest = new ArrayDeque<>();   // under the lock, the oldest first
  private long count;                                                 // under the lock: of all that have happened

  /** Notes an event, on the thread of the stage it concerns. */
  void happened(StageEvent event) {
    lock.lock();
    try {
      if (latest.size() == MOST) latest.removeFirst();
      latest.addLast(event);
      count++;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the last events, the oldest first} */
  List<StageEvent> latest() {
    return after(0).events();
  }

  /**
   * {@return the events after a number of them, as far as they are kept}
   *
   * @param seen how many the caller knows of
   */
  News after(long seen) {
    lock.lock();
    try {
      long skip = latest.size() - Math.clamp(count - seen, 0, latest.size());
      return new News(count, latest.stream().skip(skip).toList());
    } finally {
      lock.unlock();
    }
  }

  /**
   * What has happened since.
   *
   * @param count how many events there have been
   * @param events the new ones
   */
  record News(long count, List<StageEvent> events) {}
}
