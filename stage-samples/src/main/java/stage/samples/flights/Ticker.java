package stage.samples.flights;

import java.time.Duration;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;

/**
 * Emits a tick per period to whoever wants one. If nobody does, because a view is still drawing the last one, the tick
 * is left out.
 */
public final class Ticker implements Stage.Producer<Tick> {
  private final Duration period;
  private Outlet<Tick> out;   // once there was demand

  /**
   * Ticks when it has started.
   *
   * @param period from one tick to the next
   */
  public Ticker(Duration period) {
    this.period = period;
  }

  @Override
  public void onStart(StageContext context) {
    context.every(period, this::tick);
  }

  @Override
  public void onDemand(long demand, Outlet<Tick> out) {
    this.out = out;   // an outlet may be kept: the timer emits
  }

  private void tick() {
    if (out != null && out.demand() > 0) out.emit(Tick.TICK);
  }
}
