package stage.api.pipeline;

/**
 * A condition that may throw. Runs on the thread of the stage that its step belongs to; may block.
 *
 * @param <T> what it looks at
 * @since 0.1
 */
@FunctionalInterface
public interface Criterion<T> {
  /**
   * {@return whether the condition holds}
   *
   * @param t the element
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  boolean test(T t) throws Exception;
}
