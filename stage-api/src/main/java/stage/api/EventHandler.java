package stage.api;

/**
 * Handles one event, in a thread of its own.
 *
 * @param <I> the events
 */
@FunctionalInterface
public interface EventHandler<I> {
  /**
   * Handles an event. On a virtual thread made for it, at the same time as others: what handlers share must bear that. May block.
   *
   * @param event the event
   * @throws Exception the event is tried again by itself, and becomes a dead letter in the end; the stage goes on
   */
  void handle(I event) throws Exception;
}
