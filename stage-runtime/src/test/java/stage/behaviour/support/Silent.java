package stage.behaviour.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;

/** Writes down what it was asked for and emits nothing by itself: tests make it emit. */
public final class Silent implements Stage.Producer<Integer> {
  /** What onDemand was handed, in order. */
  public final BlockingQueue<Long> demands = new LinkedBlockingQueue<>();

  private volatile StageContext context;

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  /** {@return what the stage was given when it started} */
  public StageContext context() {
    return context;
  }

  @Override
  public void onDemand(long demand, Outlet<Integer> out) {
    demands.add(demand);
  }
}
