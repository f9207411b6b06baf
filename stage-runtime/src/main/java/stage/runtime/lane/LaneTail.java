package stage.runtime.lane;

import stage.api.SubscriptionSpec;

/**
 * A lane as its producer holds it. Only the producer's cell calls these, but for the last two, which are for anybody.
 *
 * @param <E> the events
 */
public interface LaneTail<E> {
  /** {@return how many events the consumer has asked for and not been sent} */
  long demand();

  /** {@return how many events the consumer left unsettled, at most} It has left. */
  long unsettled();

  /**
   * Makes sure that publishing this many events next takes no memory, and so does not fail. Changes nothing that
   * can be seen.
   */
  void reserve(int count);

  /**
   * Sends a run of events, at most as many as there is demand for. A longer run is handed over with its array, where
   * nobody may write to its places afterwards; a short one is copied.
   */
  void publish(Object[] events, int from, int to);

  /** Sends one event. */
  void publish(Object event);

  /** Vouches for what is sent from now on. */
  void progress(Progress progress);

  /** Says that there will be no more events. */
  void end(Ending ending);

  /** Asks to be woken once everything sent is settled. Returns whether it is already. */
  boolean isSettledOrTellMe();

  /** {@return whether the consumer has left; from then on the lane is the producer's alone} */
  boolean hasLeft();

  /** Takes back what the consumer left unsettled. Returns the events, in order. */
  Object[] takeBack();

  /** {@return what the dispatcher keeps for this lane; null for nothing} */
  Object seat();

  /** Keeps something for the dispatcher. */
  void seat(Object seat);

  /** From now on the consumer posts a notice whenever it wants more: the lane is looked at after this. */
  void tellOfDemand();

  /** {@return which events the subscription gets, which partition, and so on} */
  SubscriptionSpec<E> spec();

  /** {@return the consumer at the other end} */
  LaneEnd consumer();
}
