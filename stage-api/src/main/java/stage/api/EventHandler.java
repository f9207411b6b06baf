package stage.api;

/**
 * Handles one event, on a thread that handles nothing else at the same time.
 *
 * @param <I> the events
 * @since 0.1
 */
@FunctionalInterface
public interface EventHandler<I> {
  /**
   * Handles one event. Runs on a virtual thread that handles nothing else until this returns, at the same time as
   * others, so whatever they share must be thread-safe. The thread may have handled other events before, as
   * {@link Stage#perEvent perEvent} says. May block.
   *
   * @param event the event
   * @throws Exception the event is tried again by itself, and at last becomes a dead letter; the stage goes on
   */
  void handle(I event) throws Exception;
}
