package stage.runtime.engine;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.Stage;
import stage.runtime.time.ShortLock;
import stage.runtime.time.Time;

/**
 * What all cells of a runtime share: the time they live in, and the lock of their subscriptions.
 *
 * <p>One lock guards the graph of subscriptions. It is held for a few array operations at a time and never while user
 * code runs.
 */
public final class SubscriptionGraph {
  private final Time time;
  private final Waits waits;
  private final ShortLock lock = new ShortLock();
  private final AtomicLong cells = new AtomicLong();   // any thread
  // guarded by lock
  private final Set<Stage.Behaviour> behaviours = Collections.newSetFromMap(new IdentityHashMap<>());
  private long subscriptions;

  /**
   * Makes a graph.
   *
   * @param time the time its cells live in
   */
  public SubscriptionGraph(Time time) {
    this.time = time;
    this.waits = new Waits(time);
  }

  /** {@return the time its cells live in} */
  public Time time() {
    return time;
  }

  /** {@return the threads that are blocked in a method of a stage's handle} Any thread. */
  public List<BlockedThread> blockedThreads() {
    return waits.now();
  }

  /** {@return a number that no other cell has} */
  long nextCellId() {
    return cells.incrementAndGet();
  }

  Waits waits() {
    return waits;
  }

  /** {@return the lock of the subscription graph} */
  ShortLock lock() {
    return lock;
  }

  /** {@return a number that no other subscription has} Under the lock. */
  long nextSubscriptionId() {
    return ++subscriptions;
  }

  /**
   * {@return whether nobody else has this behaviour} Lambdas that hold nothing are the same object each time, and
   * harmless.
   */
  boolean claim(Stage.Behaviour behaviour) {
    Class<?> type = behaviour.getClass();
    if (type.isHidden() && type.getDeclaredFields().length == 0) return true;
    lock.lock();
    try {
      return behaviours.add(behaviour);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no memory: the behaviour may be what fills the heap. */
  void release(Stage.Behaviour behaviour) {
    lock.lock();
    try {
      behaviours.remove(behaviour);
    } finally {
      lock.unlock();
    }
  }
}
