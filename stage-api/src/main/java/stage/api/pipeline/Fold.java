package stage.api.pipeline;

/**
 * A step of a fold: what was there so far and an element make what is there next. Both are immutable values: return a
 * new one, because what a turn changed is undone when it crashes.
 *
 * @param <A> what is folded to
 * @param <T> the elements
 * @since 0.1
 */
@FunctionalInterface
public interface Fold<A, T> {
  /**
   * {@return what is there now; never null}
   *
   * @param soFar what was there before; must not be changed
   * @param element the element
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  A apply(A soFar, T element) throws Exception;
}
