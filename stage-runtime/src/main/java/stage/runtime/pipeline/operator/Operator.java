package stage.runtime.pipeline.operator;

/**
 * One step of a run that keeps something from element to element.
 *
 * <p>The contract with the run: all calls come from the thread that owns the run's cell, one after the other. In a
 * turn: {@link #turn} first; then elements, each after a {@link #mark}; then, if the progress of the inputs has risen,
 * {@link #progress}, and {@link #timer} when it is due. The run then commits, or rolls back if the turn is undone. A
 * call that answers false ran out of room: the run commits, and in its next turns calls {@link #resume}, and nothing
 * else, until that answers true. Where such a call stands commits and rolls back with the turn, as everything does.
 * {@link #progress}, {@link #timer}, {@link #resume} and {@link #end} are no part of an element: an {@link #undo} does
 * not reach behind them.
 *
 * <p>A step with several inputs has an {@link Input} per side beside these; {@link SingleInput} is the usual case of
 * one.
 *
 * @param <O> the type of the results
 */
public interface Operator<O> extends Kept<Operator<O>> {
  /** No timer is set. */
  long NO_TIMER = Long.MAX_VALUE;

  /**
   * Begins a turn.
   *
   * @param now the engine's clock in nanoseconds since the epoch; it never falls
   */
  default void turn(long now) {}

  /**
   * Goes on with what had no room: of an element, of progress, of a timer or of the end.
   *
   * @return false if there is still more
   * @throws Exception what a user function or a later step threw
   */
  default boolean resume(Output<? super O> out) throws Exception {
    return true;
  }

  /**
   * Learns that what comes from now on has stamps of at least {@code c}, and emits what is final by that. A value below
   * an earlier one changes nothing.
   *
   * @param c the progress of all inputs; {@link Times#FOREVER} once all are completed
   * @return false if there was no room for all of it
   * @throws Exception what a user function or a later step threw
   */
  default boolean progress(long c, Output<? super O> out) throws Exception {
    return true;
  }

  /** {@return how many windows of time are open, as of the last commit} */
  default int openWindows() {
    return 0;
  }

  /**
   * {@return what this may promise to those after it, once it has applied all that it was told} What it emits from now
   * on has stamps of at least that.
   *
   * @param c the progress of all inputs
   */
  default long vouchesFor(long c) {
    return c;
  }

  /**
   * {@return when to call {@link #timer}, by the engine's clock; {@link #NO_TIMER} if never} Comes from state: asked
   * after each commit and restart.
   */
  default long nextTimer() {
    return NO_TIMER;
  }

  /**
   * Emits what is due by the clock.
   *
   * @param now the engine's clock, as in {@link #turn}
   * @return false if there was no room for all of it
   * @throws Exception what a user function or a later step threw
   */
  default boolean timer(long now, Output<? super O> out) throws Exception {
    return true;
  }

  /**
   * Learns that there are no more elements, and emits all that is left. The last thing that is called, but for {@link
   * #resume}.
   *
   * @param isDrained true if the inputs were cut off by a drain, false if they completed: results that a drain has cut
   *     short say so
   * @return false if there was no room for all of it
   * @throws Exception what a user function or a later step threw
   */
  default boolean end(boolean isDrained, Output<? super O> out) throws Exception {
    return true;
  }

  /**
   * {@return whether what it emits while it is given an element is made of others too} Such a result goes on by itself
   * when the element is through: if it fails it costs that result, and not the element that happened to complete it.
   */
  default boolean makesResultsOfSeveral() {
    return false;
  }

  /**
   * {@return whether the run has to commit after each element} True where the user's own mutable object is changed,
   * which nothing can take back.
   */
  default boolean commitsEachElement() {
    return false;
  }
}
