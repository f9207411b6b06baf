package stage.api.pipeline;

import java.util.List;
import stage.api.Outlet;
import stage.api.StageContext;

/**
 * Where deliveries come from, and where their answers go: a message broker, for instance.
 *
 * <p>{@link #onStart} and {@link #receive} run on the thread of the source's stage, {@link #settle} on another one;
 * they may run at the same time.
 *
 * @param <T> the payloads
 * @since 0.1
 */
public interface DeliverySource<T> {
  /**
   * Called before the first {@link #receive} of each incarnation.
   *
   * @param context what the stage may know and ask of the engine
   * @throws Exception a failed start
   */
  default void onStart(StageContext context) throws Exception {}

  /**
   * Emits up to {@code demand} deliveries, or fewer, or none. May block. When it has emitted none it is called again
   * after {@link StageContext#wakeUp()}, or when there is new demand. {@link Outlet#complete()} ends the source.
   *
   * @param demand how many may be emitted now: what is wanted downstream, and no more than may be unsettled at once
   * @param out where to emit
   * @throws Exception a crash of the source's stage
   */
  void receive(long demand, Outlet<Delivery<T>> out) throws Exception;

  /**
   * Answers for deliveries: those of which everything that came of them was handled, and those of which something
   * failed. Each delivery is answered for once; if this throws, the same group again after a while.
   *
   * @param acked handled, filtered out, late, or skipped on purpose
   * @param nacked dead-lettered, timed out, or returned because the job ended
   * @throws Exception the group is tried again, with backoff
   */
  void settle(List<Delivery<T>> acked, List<Nacked<T>> nacked) throws Exception;

  /**
   * A delivery that failed.
   *
   * @param delivery the delivery
   * @param cause the first failure of what came of it
   * @param <T> the payloads
   */
  record Nacked<T>(Delivery<T> delivery, Throwable cause) {
    /** Checks that nothing is missing. */
    public Nacked {
      Arguments.notNull("delivery", delivery);
      Arguments.notNull("cause", cause);
    }
  }
}
