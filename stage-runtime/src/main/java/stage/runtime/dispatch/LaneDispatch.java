package stage.runtime.dispatch;

import stage.api.Dispatcher;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/**
 * How a producer's events get into its lanes, and where they wait for demand. One subclass per {@link Dispatcher}. The
 * producer's cell only.
 *
 * @param <E> the events
 */
public abstract class LaneDispatch<E> {
  public static <E> LaneDispatch<E> of(Dispatcher<E> dispatch, Rejections rejections) {
    return switch (dispatch) {
      case Dispatcher.ByDemand<E> byDemand -> new DemandLanes<>(new EvenSharing<>());
      case Dispatcher.Shared<E>(var rule) -> new DemandLanes<>(new RuledSharing<>(rule));
      case Dispatcher.Broadcast<E> broadcast -> new BroadcastLanes<>(rejections);
      case Dispatcher.Partition<E> partition -> new PartitionedLanes<>(partition, rejections);
    };
  }

  /** Lanes are about to join, which come all at the same time. */
  public void othersJoin() {}

  /** Shares events out to a lane, too, from now on. If it throws, on a full heap, it does not. */
  public abstract void join(LaneTail<E> lane);

  /** Shares nothing out to a lane any more, if it ever did. */
  public abstract void leave(LaneTail<E> lane);

  /** The demand of a lane may have changed, which has been told to tell of that. */
  public abstract void heard(LaneTail<E> lane);

  /** {@return how many events the stage may emit now: what is wanted, less what waits already} */
  public abstract long demand();

  /**
   * Publishes events as far as there is demand for them; the rest waits. Throws without having published any, if a rule
   * is wrong or the heap full.
   */
  public abstract void offer(Object[] events, int from, int to);

  /** As {@link #offer(Object[], int, int)}, for one. */
  public abstract void offer(Object event);

  /**
   * Has events wait behind those that do, and asks no rule but for the partition. Throws, if the heap is full, and has
   * kept none then.
   */
  public abstract void keep(Object[] events);

  /** Tells every lane of progress, behind the events that wait for it. */
  public abstract void progress(Progress progress);

  /** {@return whether something waits that is wanted now} */
  public abstract boolean canFlush();

  /** Publishes what waits and is wanted. */
  public abstract void flush();

  /** {@return how many events wait} */
  public abstract long waiting();

  /** {@return whether nothing waits for a consumer that is there} One may still come for the rest. */
  public boolean isDeliveredToAllThere() {
    return waiting() == 0;
  }

  /** {@return whether nothing can be emitted any more by consumers that are there} Somebody would have to come. */
  public abstract boolean awaitsSomebody();

  /** {@return how many events may wait by this dispatch's own bounds, before the stage's overflow policy is asked} */
  public long allowance() {
    return 0;
  }

  /** Drops the event that has waited longest. */
  public abstract void dropOldest();

  /** Makes sure that to take back what this consumer has left unsettled takes no memory. */
  public void makeRoomFor(LaneTail<E> leaver) {}

  /** Puts events that a consumer gave back before all that wait. Returns how many of them no other consumer gets. */
  public abstract int takeBack(LaneTail<E> from, Object[] events);

  /**
   * {@return whether nobody can be given anything any more that someone else gives back} Asked when nothing waits and
   * nothing will come.
   */
  public abstract boolean isSettled();
}
