package stage.runtime.simulation;

import java.util.ArrayList;
import java.util.List;
import stage.runtime.time.Latch;

/** A latch of a simulation. Used only by the running simulated thread. */
final class SimulatedLatch implements Latch {
  private final SimulatedTime time;
  private final SimulationScheduler scheduler;
  private final String opens;
  private final String owner;
  private final List<Wait> waiting = new ArrayList<>(1);
  private boolean open;

  SimulatedLatch(SimulatedTime time, String opens, String owner) {
    this.time = time;
    this.scheduler = time.scheduler();
    this.opens = opens;
    this.owner = owner;
  }

  @Override
  public void open() {
    if (open) return;
    open = true;
    for (Wait wait : waiting) scheduler.grant(wait);
    waiting.clear();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void await() throws InterruptedException {
    await(-1);
  }

  @Override
  public boolean await(long nanos) throws InterruptedException {
    scheduler.ensureInside();
    if (Thread.interrupted()) throw new InterruptedException("interrupted before it waited");
    if (open || nanos == 0) return open;
    Wait wait = scheduler.waitFor(opens, owner);
    waiting.add(wait);
    if (nanos > 0) wait.limit(time.at(time.nanos() + nanos, () -> scheduler.isReady(wait)));
    try {
      scheduler.blockUntilInterrupted(wait);
    } finally {
      waiting.remove(wait);
    }
    return open;
  }
}
