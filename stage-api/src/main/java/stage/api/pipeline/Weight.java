package stage.api.pipeline;

/**
 * Weighs an element. Runs on the thread of the stage that its step belongs to; may block.
 *
 * @param <T> what it weighs
 * @since 0.1
 */
@FunctionalInterface
public interface Weight<T> {
  /**
   * {@return the weight}
   *
   * @param t the element
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  long of(T t) throws Exception;
}
