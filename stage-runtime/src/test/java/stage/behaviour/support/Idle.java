package stage.behaviour.support;

import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;

/** Emits nothing by itself; a test makes it emit. Keeps its context and its outlet. */
public final class Idle implements Stage.Producer<Integer> {
  public StageContext context;
  public Outlet<Integer> out;
  public long demandSeen;
  public int calls;

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  @Override
  public void onDemand(long demand, Outlet<Integer> out) {
    this.out = out;
    demandSeen = demand;
    calls++;
  }
}
