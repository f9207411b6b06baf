package stage.runtime.engine;

/**
 * The events of one subscription that were taken and are not settled, in order. They are linked by a field of their
 * own, so adding one takes no memory. The cell's thread.
 */
final class TaskWindow<I, O> {
  /** How many events of one subscription may be finished behind an unfinished one. */
  private static final int MOST_AHEAD = 1024;

  final LaneInlet<I> inlet;
  int finished;   // how many of them are
  int ahead;      // how many were finished but not settled when the last turn was committed
  int waiting;    // how many are taken but not started
  private EventTask<I, O> first;
  private EventTask<I, O> last;
  private int size;

  TaskWindow(LaneInlet<I> inlet) {
    this.inlet = inlet;
  }

  boolean hasMore() {
    return ahead + waiting < MOST_AHEAD && !inlet.isCancelled() && inlet.lane().available() > size;
  }

  /** {@return how many there are} */
  int size() {
    return size;
  }

  /** {@return the first; null if there is none} The others follow by {@link EventTask#nextInWindow}. */
  EventTask<I, O> first() {
    return first;
  }

  /** Adds an event that was taken and has not started. */
  void add(EventTask<I, O> task) {
    if (first == null) first = task;
    else last.nextInWindow = task;
    last = task;
    size++;
    waiting++;
  }

  /** Removes this many events, which are settled, from the front. */
  void settled(int events) {
    for (int i = events; i > 0; i--) {
      EventTask<I, O> gone = first;
      first = gone.nextInWindow;
      gone.nextInWindow = null;
    }
    size -= events;
  }
}
