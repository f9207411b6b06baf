package stage.runtime.lane;

import java.util.List;

/**
 * A lane as its consumer holds it. Only the consumer's cell calls these.
 *
 * @param <E> the events
 */
public interface LaneHead<E> {
  /** {@return how many events are there to take} */
  long available();

  /** {@return how many events were sent in all} */
  long sent();

  /**
   * {@return what the producer vouches for, of all it sends after what {@link #sent} answers when asked later; null for
   * nothing}
   */
  Progress progress();

  /** {@return the next events, at least one and at most {@code limit}} They stay in the lane until they are settled. */
  List<E> take(int limit);

  /**
   * Settles the next events, first those handled, then those given up; and makes the demand {@code requested} in all.
   */
  void settle(int handled, int deadLettered, int dropped, long requested);

  /** {@return how many events have been asked for in all} */
  long requested();

  /** {@return how many events have been asked for and not been sent} */
  long unsent();

  /** {@return how many events have been settled in all} */
  long settled();

  /** {@return whether the producer wants to know that everything is settled} */
  boolean shouldNotifyProducer();

  /** {@return how the producer ended the lane; null while it has not} Events may still be there to take. */
  Ending ending();

  /** Gives the lane over to the producer, with all that is not settled. Nothing here may be called after it. */
  void leave();

  /** {@return the producer at the other end} */
  LaneEnd producer();
}
