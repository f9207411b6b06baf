package stage.runtime.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The threads that work for one cell: its own, those that handle an event each for it, and one that has lost the cell
 * to another. Any thread, but for what says otherwise.
 */
public final class CellThreads {
  private final ThreadsPort cell;
  // set by the thread that takes over, one at a time: this one has lost the cell, but no other has started yet
  private volatile Thread lost;
  // the cell's thread: those that were not gone when it ended
  private volatile List<Thread> lastTasks = List.of();

  /** What must know that a thread has lost the cell. No lambda: the first may be needed on a full heap. */
  interface Listener {
    void takenOverFrom(Thread old);
  }

  CellThreads(ThreadsPort cell) {
    this.cell = cell;
  }

  private Thread own() {
    return cell.driver().thread();
  }

  /** {@return the threads that handle an event each; null if the cell has none, or has ended} */
  private TaskThreads<?, ?> tasks() {
    Tasks<?, ?> its = cell.tasks();
    return its == null ? null : its.threads();
  }

  /**
   * Lets another thread take over, if the cell's own is in user code. May throw if no thread can be started; then it
   * must be called again. One caller at a time.
   *
   * @param told is told of the old thread, before the new one starts
   * @return the old thread; null if it is not in user code
   */
  Thread takeOver(Listener told) {
    if (lost == null) {
      Thread running = own();
      if (!cell.handover().takeOver(running)) return null;
      told.takenOverFrom(running);
      lost = running;
    }
    cell.driver().replaceThread();   // may throw, and is tried again the next time
    Thread old = lost;
    lost = null;
    return old;
  }

  /** {@return the thread whose place no other could take yet; null if there is none} */
  public Thread withoutSuccessor() {
    return lost;
  }

  /**
   * {@return a number for the callback that is running, another one for each; an even one if there is none, or it may
   * take any time, as that of a generator}
   */
  public int callback() {
    return cell.isGenerator() ? 0 : cell.handover().stay();
  }

  /** {@return about the longest that user code has taken of late; 0 if none is known to have come back} */
  public long latelyNanos() {
    long callbacks = cell.handover().callbackTimes().latelyNanos();
    Tasks<?, ?> tasks = cell.tasks();
    return tasks == null ? callbacks : Math.max(callbacks, tasks.latelyNanos());
  }

  /** {@return how many work for it} */
  int count() {
    TaskThreads<?, ?> others = tasks();
    return (own() == null ? 0 : 1) + (others == null ? 0 : others.countAtWork());
  }

  /** {@return its own, if it has started, then those that handle an event each for it, the oldest first} */
  public List<Thread> all() {
    List<Thread> all = new ArrayList<>();
    Thread own = own();
    TaskThreads<?, ?> others = tasks();
    if (own != null) all.add(own);
    if (others != null) all.addAll(others.atWork());
    return all;
  }

  /** The cell ends, and some may still handle events for it, or be about to end. The cell's thread. */
  void keepTasks() {
    Tasks<?, ?> its = cell.tasks();
    if (its != null) lastTasks = its.end();
  }

  /** {@return those that had handled events for it and were not gone when it ended} */
  public List<Thread> lastTasks() {
    return lastTasks;
  }

  /** {@return whether a thread that handles events for it is in user code} */
  public boolean isHandling(Thread task) {
    TaskThreads<?, ?> others = tasks();
    return others != null && others.isHandling(task);
  }

  /** {@return how much of threads that were replaced was refused} */
  public long refused() {
    return cell.handover().refused();
  }
}
