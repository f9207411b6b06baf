package stage.api.pipeline;

/**
 * Makes one accumulated value of two, as when two sessions grow together. Must not depend on which is which.
 *
 * @param <A> what was accumulated
 * @since 0.1
 */
@FunctionalInterface
public interface Merge<A> {
  /**
   * {@return both together; never null}
   *
   * @param one one value; must not be changed
   * @param other the other; must not be changed
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  A apply(A one, A other) throws Exception;
}
