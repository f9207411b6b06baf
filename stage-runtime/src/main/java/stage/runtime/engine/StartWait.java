package stage.runtime.engine;

import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/** Waits until the first start of a cell is over, whether or not it has failed. Any thread but the cell's. */
final class StartWait implements Uninterruptibly.Wait<Void>, Waits.Awaiter<Void, RuntimeException> {
  private final Waits.Awaited cell;
  private final Milestone started;
  private final Time time;
  private final Waits waits;   // null if this wait is not noted
  private final String what;   // what its caller has called

  private StartWait(Waits.Awaited cell, Milestone started, Time time, Waits waits, String what) {
    this.cell = cell;
    this.started = started;
    this.time = time;
    this.waits = waits;
    this.what = what;
  }

  /** One that fails if the cell waits for the calling thread: others know of it. */
  static StartWait noted(Waits.Awaited cell, Milestone started, SubscriptionGraph graph, String what) {
    return new StartWait(cell, started, graph.time(), graph.waits(), what);
  }

  /** One that is not noted. */
  static StartWait unnoted(Waits.Awaited cell, Milestone started, SubscriptionGraph graph) {
    return new StartWait(cell, started, graph.time(), null, "");
  }

  @Override
  public Void once() throws InterruptedException {
    return waits == null ? await() : waits.during(what, cell, this);
  }

  @Override
  public Void await() throws InterruptedException {
    started.await(time, "the start of", cell.path());
    return null;
  }
}
