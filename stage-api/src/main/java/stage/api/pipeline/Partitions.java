package stage.api.pipeline;

import java.time.Duration;
import java.util.Collection;

/**
 * The partitions of a {@link PartitionedSource} and their unfinished deliveries. Used by that source only, on the
 * thread that calls it.
 *
 * @param <P> the partitions
 * @param <T> the payloads
 * @since 0.1
 */
public interface Partitions<P, T> {
  /**
   * Emits a delivery. Within {@link PartitionedSource#receive} only. A partition that is not known, or was given up,
   * starts afresh.
   *
   * @param partition its partition
   * @param position its position there, above those of the deliveries before it
   * @param payload the element that the pipeline gets
   * @throws IllegalArgumentException if the position does not rise
   * @throws IllegalStateException outside of {@code receive}, or after {@link #complete}
   */
  void emit(P partition, long position, T payload);

  /** Says that no more deliveries come. */
  void complete();

  /**
   * Gives partitions up: forgets their deliveries that were not handed on yet, waits for those on their way, and
   * commits what is done by then. Deliveries that are done later do not count. An exception of {@code commit} is
   * logged.
   *
   * @param partitions which; those that are not known change nothing
   * @param patience how long to wait at most; an interrupt of the calling thread ends the wait, and its flag stays set
   * @return how many of their deliveries were not done when the time was over
   * @throws IllegalArgumentException if {@code patience} is negative
   */
  int revoke(Collection<? extends P> partitions, Duration patience);

  /**
   * As {@link #revoke}, but someone else has the partitions already: nothing is waited for or committed.
   *
   * @param partitions which
   * @return how many of their deliveries were not done
   */
  int lose(Collection<? extends P> partitions);

  /**
   * {@return how many deliveries of a partition are not done}
   *
   * @param partition which; 0 for one that is not known
   */
  int open(P partition);
}
