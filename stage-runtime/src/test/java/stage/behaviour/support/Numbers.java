package stage.behaviour.support;

import stage.api.Outlet;
import stage.api.Stage;

/** Answers demand with 0, 1, 2 … and completes at a limit. */
public final class Numbers implements Stage.Producer<Integer> {
  private final int limit;
  private int next;

  public Numbers() {
    this(Integer.MAX_VALUE);
  }

  public Numbers(int limit) {
    this(0, limit);
  }

  public Numbers(int first, int limit) {
    this.next = first;
    this.limit = limit;
  }

  @Override
  public void onDemand(long demand, Outlet<Integer> out) {
    for (long i = 0; i < demand && next < limit; i++) out.emit(next++);
    if (next == limit) out.complete();
  }

  public int next() {
    return next;
  }
}
