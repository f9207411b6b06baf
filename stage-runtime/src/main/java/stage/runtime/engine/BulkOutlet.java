package stage.runtime.engine;

import stage.api.Outlet;

/**
 * An outlet as a behaviour of the runtime's sees it.
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
}
