package stage.runtime.simulation;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks now and then, by the real clock, whether simulations go on: user code that really sleeps, or waits for a lock
 * or a queue, keeps the one thread that runs, and nobody within the simulation would ever say so. One daemon thread for
 * all of them, which ends when there have been none for a while.
 */
final class StandstillWatch {
  private static final long LOOK_NANOS = 200_000_000;
  private static final long IDLE_NANOS = 5_000_000_000L;

  private static final class Seen {
    private final long limitNanos;
    private long moves = -1;
    private long sinceNanos;

    Seen(long limitNanos) {
      this.limitNanos = limitNanos;
    }

    /** {@return whether nothing has moved for too long} */
    boolean isTooLong(long movesNow, long now) {
      if (movesNow != moves) {
        moves = movesNow;
        sinceNanos = now;
      }
      return now - sinceNanos > limitNanos;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // guarded by lock
  private final Map<SimulatedTime, Seen> watched = new IdentityHashMap<>();
  private boolean watching;

  void watch(SimulatedTime time, long limitNanos) {
    lock.lock();
    try {
      watched.put(time, new Seen(limitNanos));
      if (!watching) Thread.ofPlatform().daemon().name("stage-simulation-watch").inheritInheritableThreadLocals(false)
          .start(this::run);
      watching = true;
    } finally {
      lock.unlock();
    }
  }

  void forget(SimulatedTime time) {
    lock.lock();
    try {
      watched.remove(time);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    long idleNanos = 0;
    while (true) {
      List<SimulatedTime> still = new ArrayList<>();
      lock.lock();
      try {
        idleNanos = watched.isEmpty() ? idleNanos + LOOK_NANOS : 0;
        if (idleNanos > IDLE_NANOS) {
          watching = false;
          return;
        }
        changed.await(LOOK_NANOS, TimeUnit.NANOSECONDS);   // nobody signals: it is a pause
        long now = System.nanoTime();
        watched.forEach((time, seen) -> {
          if (seen.isTooLong(time.moves(), now)) still.add(time);
        });
        still.forEach(watched::remove);
        // under the lock, so that none of them is forgotten meanwhile: it is over only after that
        still.forEach(SimulatedTime::standsStill);
      } catch (InterruptedException e) {
        idleNanos = 0;   // nobody has a reason to interrupt it
      } finally {
        lock.unlock();
      }
    }
  }
}
