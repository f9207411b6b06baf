package stage.runtime.engine;

/**
 * The events of one subscription that were taken and not settled, in its order. Each is linked by a field of its own,
 * so to add one takes no memory. The cell's thread.
 */
final class TaskWindow<I, O> {
  /** So many events of one subscription may be finished behind one that is not. */
  private static final int MOST_AHEAD = 1024;

  final LaneInlet<I> inlet;
  int finished;   // all of them that are
  int ahead;      // finished, but not settled, when the last turn was committed
  int waiting;    // taken, but not started
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

  /** One more was taken, and has not started. */
  void add(EventTask<I, O> task) {
    if (first == null) first = task;
    else last.nextInWindow = task;
    last = task;
    size++;
    waiting++;
  }

  /** So many are settled. */
  void settled(int events) {
    for (int i = events; i > 0; i--) {
      EventTask<I, O> gone = first;
      first = gone.nextInWindow;
      gone.nextInWindow = null;
    }
    size -= events;
  }
}
