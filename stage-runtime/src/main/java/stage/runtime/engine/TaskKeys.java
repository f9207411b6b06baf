package stage.runtime.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * Which events wait until others of their key are finished, and those that need not wait any more. The cell's thread.
 */
final class TaskKeys<I, O> {
  // of each key of which an event is being worked on, those that wait for it
  private final Map<Object, TaskQueue<I, O>> busy = new HashMap<>();
  private final TaskQueue<I, O> startable = new TaskQueue<>();

  /**
   * {@return whether an event may begin} If not it waits until those of its key that came before are finished. If this
   * throws, on a full heap, nothing has changed.
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
      busy.remove(task.key);   // a map may take an entry in before it finds no memory to grow
      throw full;
    }
    return true;
  }

  /** An event is finished, or was left: the next of its key may begin. Needs no memory. */
  void isOver(EventTask<I, O> task) {
    if (task.key == null) return;
    TaskQueue<I, O> others = busy.get(task.key);
    while (!others.isEmpty() && others.peek().isLeft()) others.poll();
    if (others.isEmpty()) busy.remove(task.key);
    else startable.add(others.poll());
  }

  /** An event that had stood in line may begin later. Needs no memory. */
  void mayStart(EventTask<I, O> task) {
    startable.add(task);
  }

  boolean hasStartable() {
    return !startable.isEmpty();
  }

  /** {@return the next that had to wait and may begin now; null if there is none} */
  EventTask<I, O> nextStartable() {
    return startable.poll();
  }
}
