package stage.behaviour.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;

/**
 * Emits nothing by itself; a test makes it emit. Keeps its context and its outlet, and writes down what it was asked
 * for.
 */
public final class Idle implements Stage.Producer<Integer> {
  /** What onDemand was handed, in order. */
  public final BlockingQueue<Long> demands = new LinkedBlockingQueue<>();
  /** What it was handed last; on its own thread, as all that follows. */
  public long demandSeen;
  public int calls;
  public Outlet<Integer> out;

  private volatile StageContext context;

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  /** {@return what the stage was given when it started; on any thread} */
  public StageContext context() {
    return context;
  }

  @Override
  public void onDemand(long demand, Outlet<Integer> out) {
    this.out = out;
    demandSeen = demand;
    calls++;
    demands.add(demand);
  }
}
