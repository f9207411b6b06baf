package stage.runtime.pipeline.operator;

/**
 * An operator with several inputs, of which it may close some for a time.
 *
 * <p>The run takes nothing from an input that is closed, and asks again after each call. Elements that it had taken
 * already, of the same batch, are accepted all the same.
 *
 * @param <O> the type of the results
 */
public interface SeveralInputs<O> extends Operator<O> {
  @Override
  SeveralInputs<O> successor();

  /**
   * {@return where the elements of an input go}
   *
   * @param number which, from 0: of two, the left one is 0
   */
  Input<Object, O> input(int number);

  /**
   * {@return whether elements of an input are wanted now} Comes from state.
   *
   * @param number which, from 0
   */
  default boolean isOpen(int number) {
    return true;
  }

  /**
   * Learns what one input vouches for, and emits what is final by that. Beside {@link #progress(long, Output)}, which
   * tells of all inputs together.
   *
   * @param number which input, from 0
   * @param c what comes from it from now on has stamps of at least that
   * @return false if there was no room for all of it
   * @throws Exception what a user function or a later step threw
   */
  default boolean inputProgress(int number, long c, Output<? super O> out) throws Exception {
    return true;
  }

  /**
   * Learns that an input has completed, and emits what is final by that. After the last one comes {@link #end}.
   *
   * @param number which input, from 0
   * @return false if there was no room for all of it
   * @throws Exception what a user function or a later step threw
   */
  default boolean inputEnded(int number, Output<? super O> out) throws Exception {
    return true;
  }

  /** {@return whether nothing can come of further elements, so that the inputs which are left may be cancelled} */
  default boolean isDone() {
    return false;
  }
}
