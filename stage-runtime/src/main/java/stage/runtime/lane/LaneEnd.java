package stage.runtime.lane;

/** One end of a lane: the cell there, as the lane and those at the other end know it. Any thread. */
public interface LaneEnd {
  /** {@return the path of the stage, for people to read} */
  String path();

  /**
   * Makes the cell look again whether there is something to do. The caller has published what there is to see, and then
   * issued a full fence.
   */
  void wake();

  /** As {@link #wake}, but leaves a cell alone that rests for a moment so as to take many events at once. */
  void wakeUnlessResting();

  /** The lane has an end now. Wakes the cell. */
  void inputEnded();

  /**
   * A consumer gives up its place in a lane of this cell's. On the consumer's thread.
   *
   * @param lane which
   */
  void consumerLeft(Lane<?> lane);

  /**
   * The producer wants its consumer, which this cell is, to leave.
   *
   * @param lane which lane
   */
  void askToCancel(Lane<?> lane);

  /** {@return whether it publishes its events one at a time, as a generator does} */
  default boolean emitsOneByOne() {
    return false;
  }

  /** {@return the time on the clock that the cell lives by} */
  long nanos();

  /** {@return whether the scope is watched, so that the clock is read more often than the cell needs it} */
  default boolean isWatched() {
    return false;
  }

  /** {@return whether it hands events on to a subscriber outside, and asks for them as it is asked} */
  default boolean isGated() {
    return false;
  }

  /**
   * {@return how long the cell has been waiting, roughly; 0 if it does not wait}
   *
   * @param nowNanos the time
   */
  default long waitingNanos(long nowNanos) {
    return 0;
  }
}
