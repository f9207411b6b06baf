package stage.runtime.engine;

/**
 * Events in the order in which they were added. They are linked by a field of their own, so adding one takes no memory,
 * and an event is in one queue at a time. The cell's thread.
 */
final class TaskQueue<I, O> {
  private EventTask<I, O> first;
  private EventTask<I, O> last;

  boolean isEmpty() {
    return first == null;
  }

  /** {@return the first; null if there is none} The others follow by {@link EventTask#later}. */
  EventTask<I, O> peek() {
    return first;
  }

  void add(EventTask<I, O> task) {
    if (first == null) first = task;
    else last.later = task;
    last = task;
  }

  /** {@return the first, which is removed; null if there is none} */
  EventTask<I, O> poll() {
    EventTask<I, O> polled = first;
    if (polled == null) return null;
    first = polled.later;
    polled.later = null;
    if (first == null) last = null;
    return polled;
  }
}
