package stage.runtime.pipeline.operator;

/**
 * An operator with one input, which is most of them.
 *
 * @param <I> the type of the elements
 * @param <O> the type of the results
 */
public interface SingleInput<I, O> extends Operator<O>, Input<I, O> {
  /**
   * {@return whether it can {@link #take}} Then it emits nothing for an element, and all that can throw while it works
   * one in comes before it changes anything.
   */
  default boolean takesAtomically() {
    return false;
  }

  /**
   * As {@link #accept}, of an element that was not marked: what throws leaves everything as it was. Only where {@link
   * #takesAtomically}; an operator is given all its elements in this way, or none.
   *
   * @param key its key
   * @param hash the key's {@link Keys#hash}
   * @param value the element
   * @param t its time; {@link Times#NEVER} without event time
   * @param w its source's watermark before it
   * @param out where results go
   * @throws Exception what a user function threw
   */
  default void take(Object key, int hash, I value, long t, long w, Output<? super O> out) throws Exception {
    throw new UnsupportedOperationException("an element of " + this + " has to be marked");
  }

  @Override
  SingleInput<I, O> successor();
}
