package stage.runtime.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What can run next in a simulation, in the order in which it became ready, and the choice among them. Used only by the
 * running simulated thread.
 */
final class RunQueue {
  private final List<Schedulable> ready = new ArrayList<>();
  private final Choices choices;
  private final int runLength;     // how often one driver goes on before there is a choice
  private SimulatedDriver last;   // the last choice; null if that was not a driver
  private int inARow;

  RunQueue(Choices choices, int runLength) {
    this.choices = choices;
    this.runLength = runLength;
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  void add(Schedulable next) {
    ready.add(next);
  }

  void remove(Schedulable waiting) {
    ready.remove(waiting);
  }

  /** Interrupts a task that has not begun with its piece of work. */
  void interrupt(Thread task) {
    for (Schedulable each : ready)
      if (each instanceof SimulatedTask waiting && waiting.thread() == task) waiting.interrupt();
  }

  /**
   * {@return what runs next, removed from the queue; null for the next timer, before it is due} The queue is not empty.
   *
   * @param orATimer whether a timer may be chosen
   */
  Schedulable choose(boolean orATimer) {
    if (last != null && inARow < runLength && ready.getLast() == last) {
      inARow++;
      return ready.removeLast();
    }
    int most = ready.size() + (orATimer ? 1 : 0);
    int chosen = most == 1 ? 0 : choices.next(most);
    if (chosen == ready.size()) return null;
    Schedulable next = ready.remove(chosen);
    last = next instanceof SimulatedDriver driver ? driver : null;
    inARow = 1;
    return next;
  }
}
