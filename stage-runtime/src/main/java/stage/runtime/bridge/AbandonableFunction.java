package stage.runtime.bridge;

import java.util.function.Consumer;
import stage.api.EventFunction;

/**
 * A function that can be given up while it runs: its event has a result then, and its thread is left to itself.
 *
 * @param <I> the events
 * @param <O> the results
 */
public interface AbandonableFunction<I, O> extends EventFunction<I, O> {
  /**
   * Handles an event, on a thread of its own.
   *
   * @param event the event
   * @param instead takes a result if this is given up; at most once, on another thread
   * @return the result; null if this was given up, and then what it does is of no interest any more
   * @throws Exception as {@link EventFunction#apply}; never once it was given up
   */
  O apply(I event, Consumer<? super O> instead) throws Exception;

  @Override
  default O apply(I event) throws Exception {
    return apply(event, new Forgotten());
  }

  /** Nobody is there to give it up. */
  final class Forgotten implements Consumer<Object> {
    private Forgotten() {}

    @Override
    public void accept(Object result) {}
  }
}
