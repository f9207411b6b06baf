package stage.runtime.bridge;

import stage.api.EventFunction;

/**
 * A function for events of which those with equal keys are handled one after the other, in their order.
 *
 * @param <I> the events
 * @param <O> the results
 */
public interface KeyedFunction<I, O> extends EventFunction<I, O> {
  /** {@return the key of an event; never null} The cell's thread; must not throw. */
  Object keyOf(I event);
}
