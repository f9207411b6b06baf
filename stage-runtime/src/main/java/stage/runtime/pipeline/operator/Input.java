package stage.runtime.pipeline.operator;

/**
 * Where the elements of one side go into an operator.
 *
 * @param <I> the type of the elements
 * @param <O> the type of the results
 */
@FunctionalInterface
public interface Input<I, O> {
  /**
   * Works an element in, and emits what comes of it.
   *
   * <p>The run has called {@link Kept#mark}, and there is room for one result. What is thrown costs the element: the
   * run calls {@link Kept#undo}.
   *
   * @param key its key, or null
   * @param value the element
   * @param t its time; {@link Times#NEVER} without event time
   * @param w its source's watermark before it; {@link Times#NEVER} without event time
   * @param out where results go
   * @return false if there was no room for all that comes of it: the run commits, and calls {@link Operator#resume} in
   *     later turns, until that answers
   *     true and before anything else
   * @throws Exception what a user function or a later step threw
   */
  boolean accept(Object key, I value, long t, long w, Output<? super O> out) throws Exception;
}
