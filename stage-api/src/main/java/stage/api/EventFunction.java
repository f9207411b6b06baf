package stage.api;

/**
 * Turns one event into another, on a thread that handles nothing else at the same time.
 *
 * @param <I> the events it gets
 * @param <O> the events it makes
 * @since 0.1
 */
@FunctionalInterface
public interface EventFunction<I, O> {
  /**
   * Turns one event into another. Runs on a virtual thread that handles nothing else until this returns, at the same
   * time as others, so whatever they share must be thread-safe. The thread may have handled other events before, as
   * {@link Stage#perEvent perEvent} says. May block.
   *
   * @param event the event
   * @return what is emitted instead, not null
   * @throws Exception the event is tried again by itself, and at last becomes a dead letter; the stage goes on
   */
  O apply(I event) throws Exception;
}
