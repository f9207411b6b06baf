package stage.runtime.simulation;

import java.util.ArrayDeque;
import stage.runtime.time.Permits;

/** Room of a simulation. Whoever has the baton. */
final class SimulatedPermits implements Permits {
  private final SimulationScheduler scheduler;
  private final String what;
  private final String whom;
  private final ArrayDeque<Wait> waiting = new ArrayDeque<>();
  private int places;

  SimulatedPermits(SimulatedTime time, int places, String what, String whom) {
    this.scheduler = time.scheduler();
    this.places = places;
    this.what = what;
    this.whom = whom;
  }

  @Override
  public void acquire() throws InterruptedException {
    scheduler.ensureInside();
    if (Thread.interrupted()) throw new InterruptedException("interrupted before it waited");
    while (places <= 0) {   // who is let in may find that somebody was faster
      Wait wait = scheduler.waitFor(what, whom);
      waiting.add(wait);
      try {
        scheduler.blockUntilInterrupted(wait);
      } catch (InterruptedException e) {
        letIn();   // in case that it had been let in
        throw e;
      } finally {
        waiting.remove(wait);
      }
    }
    places--;
    letIn();
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
