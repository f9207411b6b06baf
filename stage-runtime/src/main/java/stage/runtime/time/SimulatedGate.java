package stage.runtime.time;

import java.util.ArrayList;
import java.util.List;

/** A gate of a simulation. Whoever has the baton. */
final class SimulatedGate implements Gate {
  private final SimulatedTime time;
  private final Baton baton;
  private final String opens;
  private final String whom;
  private final List<Wait> waiting = new ArrayList<>(1);
  private boolean open;

  SimulatedGate(SimulatedTime time, String opens, String whom) {
    this.time = time;
    this.baton = time.baton();
    this.opens = opens;
    this.whom = whom;
  }

  @Override
  public void open() {
    if (open) return;
    open = true;
    for (Wait wait : waiting) baton.grant(wait);
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
    baton.ensureInside();
    if (Thread.interrupted()) throw new InterruptedException("interrupted before it waited");
    if (open || nanos == 0) return open;
    Wait wait = baton.waitFor(opens, whom);
    waiting.add(wait);
    if (nanos > 0) wait.limit(time.at(time.nanos() + nanos, () -> baton.isReady(wait)));
    try {
      baton.blockUntilInterrupted(wait);
    } finally {
      waiting.remove(wait);
    }
    return open;
  }
}
