package stage.api.pipeline;

import java.util.List;
import stage.api.Outlet;
import stage.api.StageContext;

/**
 * Sends deliveries and takes their answers: a message broker, for instance. A source whose answers are positions, such
 * as a member of a Kafka consumer group, is a {@link PartitionedSource}. As a producer and the acknowledger of Elixir's
 * Broadway.
 *
 * <p>All methods are called one after the other, and each sees what the one before has done: on the thread of the
 * source's stage while that runs, then on that of the stage that waits for the last answers.
 *
 * @param <T> the payloads
 * @since 0.1
 */
public interface DeliverySource<T> {
  /**
   * Called before the first {@link #receive} of each incarnation. Deliveries of an earlier one are still on their way,
   * and will be answered.
   *
   * @param context what the stage may know and ask of the engine
   * @throws Exception a failed start
   */
  default void onStart(StageContext context) throws Exception {}

  /**
   * Emits about {@code demand} deliveries, fewer, or none. May wait, but not for long: answers go out between two
   * calls. If it has emitted none, it is called again after 10 ms, or at once after {@link StageContext#wakeUp()}.
   * Deliveries beyond the demand wait, and count as unsettled. {@link Outlet#complete()} ends the source.
   *
   * @param demand how many are wanted downstream, and no more than may be unsettled at once; at least 1
   * @param out where to emit
   * @throws Exception a crash of the source's stage; what was emitted before is handled all the same
   */
  void receive(long demand, Outlet<Delivery<T>> out) throws Exception;

  /**
   * Answers deliveries: those whose results were all handled, and those with a failed result. Each delivery is answered
   * once. If this throws, the same group is tried again after a while, and others in the meantime. The job ends when
   * all are answered. If its time to drain is over before, each group that is left is given at once, and a second time
   * if that throws; those that then remain are logged and counted as {@link Report.Deliveries#open() open}.
   *
   * @param acked handled, filtered out, late, or skipped on purpose
   * @param nacked dead-lettered, timed out, or returned because the job ended
   * @throws Exception the group is tried again, with backoff
   */
  void settle(List<Delivery<T>> acked, List<Nacked<T>> nacked) throws Exception;

  /**
   * Called once, after everything else.
   *
   * @throws Exception logged
   */
  default void onStop() throws Exception {}

  /**
   * A delivery that failed.
   *
   * @param delivery the delivery
   * @param cause the first failure of an element that came of it
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
