package stage.behaviour.support;

import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;

/**
 * Emits a number of events and completes. How far it has come is a state, so it goes on where a crashed turn began.
 *
 * @param <E> the events
 */
public final class Series<E> implements Stage.Producer<E> {
  private final long count;
  private final LongFunction<? extends E> event;
  private final LongConsumer afterEach;
  private State<Long> next;

  /**
   * @param count how many events
   * @param event makes the event of a number from 0
   * @param afterEach called with its number when an event has been emitted; may crash the stage
   */
  public Series(long count, LongFunction<? extends E> event, LongConsumer afterEach) {
    this.count = count;
    this.event = event;
    this.afterEach = afterEach;
  }

  @Override
  public void onStart(StageContext context) {
    next = context.state(0L);
  }

  @Override
  public void onDemand(long demand, Outlet<E> out) {
    long to = Math.min(count, next.value() + demand);
    for (long number = next.value(); number < to; number++) {
      next.set(number + 1);
      out.emit(event.apply(number));
      afterEach.accept(number);
    }
    if (to == count) out.complete();
  }
}
