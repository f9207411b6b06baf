package stage.runtime.engine;

import stage.api.Dispatcher;

/**
 * How a producer's events get into its lanes, and where they wait for demand. One subclass per {@link Dispatcher}. The producer's cell only.
 *
 * @param <E> the events
 */
abstract class LaneDispatch<E> {
  static <E> LaneDispatch<E> of(Dispatcher<E> dispatch, ProducerHalf<E> half) {
    return switch (dispatch) {
      case Dispatcher.ByDemand<E> byDemand -> new DemandLanes<>(new stage.runtime.dispatch.DemandDispatcher());
      case Dispatcher.Shared<E>(var dispatcher) -> new DemandLanes<>(dispatcher);
      case Dispatcher.Broadcast<E> broadcast -> new BroadcastLanes<>(half);
      case Dispatcher.Partition<E> partition -> new PartitionedLanes<>(partition, half);
    };
  }

  /** Takes note of who is subscribed now. */
  abstract void lanesAre(LaneTail<E>[] lanes);

  /** {@return how many events the stage may emit now: what is wanted, less what waits already} */
  abstract long demand();

  /** Publishes events as far as there is demand for them; the rest waits. Throws without having published any, if a rule is wrong or the heap full. */
  abstract void offer(Object[] events, int from, int to);

  /** As {@link #offer(Object[], int, int)}, for one. */
  abstract void offer(Object event);

  /** Has events wait behind those that do, and asks no rule but for the partition. Throws, if the heap is full, and has kept none then. */
  abstract void keep(Object[] events);

  /** {@return whether something waits that is wanted now} */
  abstract boolean canFlush();

  /** Publishes what waits and is wanted. */
  abstract void flush();

  /** {@return how many events wait} */
  abstract long waiting();

  /** {@return whether nothing waits for anybody who is there} Somebody may still come for what waits for nobody. */
  boolean isDeliveredToAllThere() {
    return waiting() == 0;
  }

  /** {@return whether nothing can be emitted any more by consumers that are there} Somebody would have to come. */
  abstract boolean awaitsSomebody();

  /** {@return how many events may wait by this dispatch's own bounds, before the stage's overflow policy is asked} */
  long allowance() {
    return 0;
  }

  /** Drops the event that has waited longest. */
  abstract void dropOldest();

  /** Makes sure that to take back what this consumer has left unsettled takes no memory. */
  void makeRoomFor(LaneTail<E> leaver) {}

  /** Puts events that a consumer gave back before all that wait. Answers how many of them nobody else is to get. */
  abstract int takeBack(LaneTail<E> from, Object[] events);

  /** {@return whether nobody can be given anything any more that somebody else gives back} Asked when nothing waits and nothing will come. */
  abstract boolean isSettled();
}
