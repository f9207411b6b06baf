package stage.runtime.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the events that wait until others of their key are finished, and those that no longer have to. The cell's
 * thread.
 */
final class TaskKeys<I, O> {
  // for each key with an event being worked on, the events that wait for it
  private final Map<Object, TaskQueue<I, O>> busy = new HashMap<>();
  private final TaskQueue<I, O> startable = new TaskQueue<>();

  /**
   * {@return whether an event may begin} If not, it waits here until the earlier events of its key are finished. If
   * this throws because the heap is full, nothing has changed.
   */
  boolean isFirst(EventTask<I, O> task) {
    if (task.key == null) return true;
    TaskQueue<I, O> others = busy.get(task.key);
    if (others != null) {
      others.add(task);
      return false;
    }
    try {
      busy.put(task.key, new TaskQueue<>());
    } catch (OutOfMemoryError full) {
      busy.remove(task.key);   // a map may add the entry before it fails to grow
      throw full;
    }
    return true;
  }

  /** An event is finished, or its subscription was given up: the next one of its key may begin. Takes no memory. */
  void isOver(EventTask<I, O> task) {
    if (task.key == null) return;
    TaskQueue<I, O> others = busy.get(task.key);
    while (!others.isEmpty() && others.peek().isLeft()) others.poll();
    if (others.isEmpty()) busy.remove(task.key);
    else startable.add(others.poll());
  }

  /** An event taken back from the line may begin later. Takes no memory. */
  void mayStart(EventTask<I, O> task) {
    startable.add(task);
  }

  boolean hasStartable() {
    return !startable.isEmpty();
  }

  /** {@return the next event that had to wait and may begin now; null if there is none} */
  EventTask<I, O> nextStartable() {
    return startable.poll();
  }
}
