package stage.runtime.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * Those who may go on in a simulation, in the order in which they became so, and the choice among them. Whoever has the
 * baton.
 */
final class RunQueue {
  private final List<Schedulable> ready = new ArrayList<>();
  private final Choices choices;
  private final int runLength;     // so often the same driver goes on before there is a choice
  private SimulatedDriver last;   // chosen last; null if that was no driver
  private int inARow;

  RunQueue(Choices choices, int runLength) {
    this.choices = choices;
    this.runLength = runLength;
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  void add(Schedulable who) {
    ready.add(who);
  }

  void remove(Schedulable who) {
    ready.remove(who);
  }

  /** Interrupts a task, if it has not begun. */
  void interrupt(Thread task) {
    for (Schedulable each : ready)
      if (each instanceof SimulatedTask waiting && waiting.thread() == task) waiting.interrupt();
  }

  /**
   * {@return who goes on, and is in line no longer; null if it is to be a timer, before it is due} There is somebody in
   * line.
   *
   * @param orATimer whether that may be
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
