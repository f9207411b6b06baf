package stage.api.pipeline;

import java.util.Map;

/**
 * A source of deliveries that are not answered one by one, but by a position for each partition: a member of a Kafka
 * consumer group, for instance. All deliveries before the position are done, in whatever order that happened.
 * Partitions come and go.
 *
 * <p>All methods are called one after the other, and each sees what the one before has done: on the thread of the
 * source's stage while that runs, then on that of the stage that waits for the last answers.
 *
 * @param <P> the partitions, which have {@code equals} and {@code hashCode}
 * @param <T> the payloads
 * @since 0.1
 */
public interface PartitionedSource<P, T> {
  /**
   * Called before the first {@link #receive} of each incarnation. After a crash all partitions are lost, and deliveries
   * that were not committed come again: so connect again here.
   *
   * @param partitions the partitions of this source; the same object in every incarnation
   * @throws Exception a failed start
   */
  default void onStart(Partitions<P, T> partitions) throws Exception {}

  /**
   * Emits about {@code wanted} deliveries, fewer, or none. May wait, but not for long: answers go out between two
   * calls. If it has emitted none, it is called again after 10 ms. Deliveries beyond {@code wanted} wait.
   *
   * <p>Called with 0 once a second while nothing is wanted, so that a client that must be polled stays alive.
   *
   * @param wanted how many are wanted downstream, and no more than may be unsettled at once
   * @param to where to emit them, with {@link Partitions#emit}
   * @throws Exception a crash of the source's stage; what was emitted before is lost with its partition
   */
  void receive(long wanted, Partitions<P, T> to) throws Exception;

  /**
   * Answers all deliveries before some positions.
   *
   * @param positions for each partition in which there is something new: the position of its first delivery that is not
   *     done, or the one after its last
   * @throws Exception the call is repeated, with backoff, with the positions reached by then
   */
  void commit(Map<P, Long> positions) throws Exception;

  /**
   * Called for a delivery that failed, before the position goes past it. Its dead letters have been handed to their
   * handlers by then.
   *
   * @param partition its partition
   * @param position its position
   * @param payload what it was
   * @param cause the first failure of an element that came of it
   * @throws Exception the call is repeated, with backoff; until it returns, the position stays before this delivery
   */
  default void onFailed(P partition, long position, T payload, Throwable cause) throws Exception {}

  /**
   * Called once, after everything else.
   *
   * @throws Exception logged
   */
  default void onStop() throws Exception {}
}
