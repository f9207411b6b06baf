package stage.runtime.dispatch;

import java.util.ArrayList;
import java.util.List;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/**
 * Which of several lanes gets the next events, each event one lane. In two steps: a plan, which may fail and has
 * changed nothing then, and its execution, which does not fail. The producer's cell only.
 *
 * @param <E> the events
 */
abstract class Sharing<E> {
  private final List<LaneTail<E>> lanes = new ArrayList<>(1);   // most have one

  /** {@return how many lanes there are} */
  final int size() {
    return lanes.size();
  }

  /** {@return a lane, by its place} Places change when a lane leaves. */
  final LaneTail<E> lane(int at) {
    return lanes.get(at);
  }

  final List<LaneTail<E>> lanes() {
    return lanes;
  }

  /** {@return the only lane, if it gets all events without further question; null otherwise} */
  abstract LaneTail<E> sole();

  /** Takes a lane in. If it throws, on a full heap, it has not. */
  abstract void join(LaneTail<E> lane);

  /** Shares nothing out to a lane any more, if it ever did. Takes no memory. */
  abstract void leave(LaneTail<E> lane);

  /** The demand of a lane may have changed. */
  void heard(LaneTail<E> lane) {}

  /** {@return what the lanes want together} */
  abstract long wanted();

  /** {@return whether another attempt to share makes sense, if something is wanted} */
  boolean mayShare() {
    return true;
  }

  /**
   * Decides which consumers get the next events, up to a number, and reserves the places.
   *
   * @return how many there are places for
   */
  abstract int plan(int most);

  /** Publishes the planned events. What goes to a consumer that has just left is taken back. */
  abstract void publish(Object[] events, int from);

  /** Forgets the plan. */
  void forgetPlan() {}

  final void tell(Progress progress) {
    for (int i = 0; i < lanes.size(); i++) lanes.get(i).progress(progress);   // takes no memory
  }

  /** {@return whether nobody can be given anything any more that someone else gives back} */
  final boolean isSettled() {
    return lanes.size() < 2 || areAllSettled();   // alone, there is nobody else
  }

  abstract boolean areAllSettled();
}
