package stage.runtime.simulation;

import java.util.ArrayDeque;
import stage.runtime.time.Permits;

/** Permits of a simulation. Used only by the running simulated thread. */
final class SimulatedPermits implements Permits {
  private final SimulatedTime time;
  private final SimulationScheduler scheduler;
  private final String what;
  private final String owner;
  private final ArrayDeque<Wait> waiting = new ArrayDeque<>();
  private int places;

  SimulatedPermits(SimulatedTime time, int places, String what, String owner) {
    this.time = time;
    this.scheduler = time.scheduler();
    this.places = places;
    this.what = what;
    this.owner = owner;
  }

  @Override
  public void acquire() throws InterruptedException {
    acquireWithin(-1);
  }

  @Override
  public boolean tryAcquire(long nanos) throws InterruptedException {
    return acquireWithin(nanos);
  }

  /** {@return whether a permit was there in time} Below 0, it waits without a limit. */
  private boolean acquireWithin(long nanos) throws InterruptedException {
    scheduler.ensureInside();
    if (Thread.interrupted()) throw new InterruptedException("interrupted before it waited");
    long until = time.nanos() + nanos;
    while (places <= 0) {   // another thread may have taken the permit first
      if (nanos >= 0 && until - time.nanos() <= 0) return false;
      Wait wait = scheduler.waitFor(what, owner);
      if (nanos >= 0) wait.limit(time.at(until, () -> scheduler.isReady(wait)));
      waiting.add(wait);
      try {
        scheduler.blockUntilInterrupted(wait);
      } catch (InterruptedException e) {
        letIn();   // in case it had been granted
        throw e;
      } finally {
        waiting.remove(wait);
      }
    }
    places--;
    letIn();
    return true;
  }

  @Override
  public boolean tryAcquire() {
    scheduler.ensureInside();
    if (places <= 0) return false;
    places--;
    return true;
  }

  @Override
  public void release(int places) {
    this.places += places;
    letIn();
  }

  private void letIn() {
    if (places > 0 && !waiting.isEmpty()) scheduler.grant(waiting.poll());
  }

  @Override
  public int availablePermits() {
    return places;
  }
}
