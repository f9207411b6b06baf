package stage.api.pipeline;

/**
 * A function of two values that may throw. Runs on the thread of the stage that its step belongs to; may block.
 *
 * @param <A> what it takes first
 * @param <B> what it takes second
 * @param <C> the results
 * @since 0.1
 */
@FunctionalInterface
public interface Fn2<A, B, C> {
  /**
   * {@return the result for two values; never null}
   *
   * @param a one value
   * @param b the other
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  C apply(A a, B b) throws Exception;
}
