package stage.api;

/**
 * Handles one event, in a thread that does nothing else meanwhile.
 *
 * @param <I> the events
 * @since 0.1
 */
@FunctionalInterface
public interface EventHandler<I> {
  /**
   * Handles one event. Runs on a virtual thread made for this event, at the same time as others, so whatever they share
   * must be thread-safe. May block.
   *
   * @param event the event
   * @throws Exception the event is tried again by itself, and at last becomes a dead letter; the stage goes on
   */
  void handle(I event) throws Exception;
}
