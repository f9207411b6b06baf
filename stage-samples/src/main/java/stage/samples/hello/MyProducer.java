package stage.samples.hello;

import stage.api.Outlet;
import stage.api.Stage;

/** Answers demand with as many integers, counting up from 0. */
public final class MyProducer implements Stage.Producer<Integer> {
  private int next = 0;

  @Override
  public void onDemand(long demand, Outlet<Integer> out) {
    for (long i = 0; i < demand; i++) out.emit(next++);
  }
}
