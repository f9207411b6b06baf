package stage.api.pipeline;

/**
 * What is done with an element. Runs on the thread of the stage that its step belongs to; may block.
 *
 * @param <T> the elements
 * @since 0.1
 */
@FunctionalInterface
public interface Action<T> {
  /**
   * Does it.
   *
   * @param t the element
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  void run(T t) throws Exception;
}
