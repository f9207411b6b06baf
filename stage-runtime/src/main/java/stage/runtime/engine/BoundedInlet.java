package stage.runtime.engine;

import stage.api.Demand;
import stage.api.Inlet;

/**
 * A subscription as a behaviour of the runtime's sees it.
 *
 * @param <I> the events
 */
public interface BoundedInlet<I> extends Inlet<I> {
  /** {@return what its spec says of demand} */
  Demand demand();

  /** {@return whether the subscription is over} */
  boolean hasLeft();
}
