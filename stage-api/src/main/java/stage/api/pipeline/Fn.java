package stage.api.pipeline;

/**
 * A function that may throw. Runs on the thread of the stage that its step belongs to; may block.
 *
 * @param <A> what it takes
 * @param <B> the results
 * @since 0.1
 */
@FunctionalInterface
public interface Fn<A, B> {
  /**
   * {@return the result for a value; never null}
   *
   * @param a the value
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  B apply(A a) throws Exception;

  /**
   * {@return a function that returns what it is given} For {@code keyBy(Fn.identity())}, where each value is its own
   * key.
   *
   * @param <A> what it takes
   */
  static <A> Fn<A, A> identity() {
    return a -> a;
  }
}
