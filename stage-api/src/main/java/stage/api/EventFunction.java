package stage.api;

/**
 * Makes one event of another, in a thread of its own.
 *
 * @param <I> the events it gets
 * @param <O> the events it makes
 */
@FunctionalInterface
public interface EventFunction<I, O> {
  /**
   * Makes an event. On a virtual thread made for it, at the same time as others: what functions share must bear that. May block.
   *
   * @param event the event
   * @return what is emitted instead, not null
   * @throws Exception the event is tried again by itself, and becomes a dead letter in the end; the stage goes on
   */
  O apply(I event) throws Exception;
}
