package stage.runtime.bridge;

import stage.api.Outlet;
import stage.runtime.lane.Progress;

/**
 * An outlet as the runtime's own behaviours see it.
 *
 * @param <O> the events
 */
public interface BulkOutlet<O> extends Outlet<O> {
  /**
   * Emits events as one {@code emit} after the other would, but copies them together.
   *
   * @param events where they are; none of them null, and none of another type
   * @param from the first
   * @param to behind the last
   */
  void emitAll(Object[] events, int from, int to);

  /**
   * As {@link #emitAll}, of events that begin an array which the caller uses no more: they need not be copied.
   *
   * @param events the array; what is behind the events does not count
   * @param count how many they are
   */
  void emitOwn(Object[] events, int count);

  /**
   * Vouches, with the commit of this turn, for what is published from then on. Each subscription is told, behind all
   * events that were emitted before. The last call in a turn counts. Not for generators.
   *
   * @param progress never behind what was said before
   */
  void progress(Progress progress);

  /**
   * {@return how many events this turn has emitted since it began, or since its last commit point: a mark for {@link
   * #truncate}}
   */
  int mark();

  /**
   * Takes back what this turn has emitted since a mark. Not for stages whose overflow policy drops events.
   *
   * @param mark from {@link #mark}; not from before a commit point
   * @throws IllegalArgumentException if less than that was emitted
   */
  void truncate(int mark);
}
