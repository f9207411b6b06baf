package stage.runtime.pipeline.operator;

/**
 * Where an operator's results go: the steps behind it, and in the end the lanes. Made by the run, which also keeps
 * count.
 *
 * @param <O> the type of the results
 */
public interface Output<O> {
  /** {@return whether there is room for one more result in this turn} Asked before each {@link #emit}. */
  boolean hasRoom();

  /**
   * Hands a result on.
   *
   * <p>While an element is worked on, what a later step throws comes out here and costs that element. While windows
   * fire, at the end and at timers the run settles it itself, by the policy of the step that threw, and returns: a
   * result that fails costs that result.
   *
   * @param value the result, never null
   * @param key its key; null if it has none
   * @param t its time
   * @param w its source's watermark before it
   * @throws Exception what is to end the element or the turn
   */
  void emit(O value, Object key, long t, long w) throws Exception;

  /**
   * Takes an element that came too late and was not worked in.
   *
   * @param value the element, as the operator was given it
   * @param t its time
   * @param w its source's watermark before it
   * @param isAfterIdle true if it was on time by its stamp, but what it belonged to was closed because its source was
   *     idle
   * @throws Exception what is to end the element or the turn
   */
  void late(Object value, long t, long w, boolean isAfterIdle) throws Exception;

  /**
   * Hears that an operator keeps an element, beyond the call that has brought it, and will say when it does no longer.
   *
   * @param value the element, as the operator was given it
   */
  default void kept(Object value) {}

  /**
   * Hears that an operator does not keep an element any more: what was to come of it has been emitted.
   *
   * @param value the element
   */
  default void released(Object value) {}

  /**
   * Learns that what an operator has kept has no result, because {@link #retry} returned false.
   *
   * @param value the element, or what several were folded into
   */
  default void lost(Object value) {}

  /**
   * Counts an element that belongs nowhere: one between two windows.
   *
   * @param value the element
   */
  default void filtered(Object value) {}

  /**
   * Counts an element that was kept, and is forgotten to make room for another one: it is dropped.
   *
   * @param value the element
   */
  default void dropped(Object value) {}

  /**
   * Takes an element that the operator cannot work in: there is no room for it by its bound, or its time is absurd.
   *
   * @param value the element: the one in hand, or one that was kept before
   * @param cause why, in a clear sentence
   * @throws Exception what is to end the element or the turn
   */
  void deadLetter(Object value, Exception cause) throws Exception;

  /**
   * Decides about a result that could not be made, because a user function threw outside of any element: a
   * merge or a finish.
   *
   * @param subject what was to be made, such as the pane without its value
   * @param cause what was thrown
   * @return true to try again; false if it was settled, and is left out
   * @throws Exception what is to end the turn
   */
  boolean retry(Object subject, Exception cause) throws Exception;
}
