package stage.behaviour.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;

/** Answers demand with the numbers from 1, up to a last one if there is one, and writes down what it was asked for. */
public final class CountingProducer implements Stage.Producer<Integer> {
  /** What onDemand was handed, in order. */
  public final BlockingQueue<Long> demands = new LinkedBlockingQueue<>();

  private final int last;
  private volatile StageContext context;
  private int next = 1;

  /** Counts forever. */
  public CountingProducer() {
    this(Integer.MAX_VALUE);
  }

  /** Counts to {@code last} and completes. */
  public CountingProducer(int last) {
    this.last = last;
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  /** {@return what the stage was given when it started} */
  public StageContext context() {
    return context;
  }

  /** {@return how many it has emitted; on its own thread} */
  public int emitted() {
    return next - 1;
  }

  @Override
  public void onDemand(long demand, Outlet<Integer> out) {
    demands.add(demand);
    for (long i = 0; i < demand && next <= last; i++) out.emit(next++);
    if (next > last) out.complete();
  }
}
