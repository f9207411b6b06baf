package stage.runtime.engine;

import stage.runtime.mailbox.Signals;
import stage.runtime.time.TaskThread;

/** A thread that handles one event after another for a cell. */
final class TaskRunner<I, O> implements TaskThread.Work {
  private static final int NOTHING_BEGINS =
      Signals.PAUSED | Signals.STOPPED | Signals.HELD | Signals.KILLED | Signals.CANCELLED;

  private final TaskThreads<I, O> threads;
  private final TaskLine<EventTask<I, O>> line;   // of its incarnation
  private final TaskThread thread;
  private final String name;
  // Set by the cell, and cleared by it when the attempt is over; set by the thread itself when it goes on with an event
  // from the line. Read by any thread; null while it waits.
  private volatile EventTask<I, O> task;
  TaskRunner<I, O> below;               // in the stack of those that wait; the cell
  private volatile boolean isDeaf;      // set by the cell: it did not react to its interrupt, and may never return

  TaskRunner(TaskThreads<I, O> threads, TaskLine<EventTask<I, O>> line, String name) {
    this.threads = threads;
    this.line = line;
    this.thread = threads.cell().time().taskThread(name, this);
    this.name = name;
  }

  // ---- the cell's thread

  /** Begins an attempt at an event. */
  void begin(EventTask<I, O> first) {
    task = first;
    first.runsOn(this);
    thread.hand();
  }

  /** It has no event any more. */
  void isFree() {
    task = null;
  }

  /** It does not react to its interrupt. */
  void doesNotHeed() {
    isDeaf = true;
  }

  void dismiss() {
    thread.dismiss();
  }

  boolean isOf(TaskLine<EventTask<I, O>> current) {
    return line == current;
  }

  // ---- any thread

  /** {@return the event that it handles; null if it waits for one} */
  EventTask<I, O> task() {
    return task;
  }

  Thread thread() {
    return thread.thread();
  }

  /** {@return whether it is in the function that handles events} */
  boolean isHandling() {
    EventTask<I, O> its = task;
    return isDeaf || its != null && its.isRunning();
  }

  // ---- its own thread

  @Override
  public boolean runOne() {
    resetThread();
    return task.run();
  }

  /** What the function has changed of its thread is not for the next event. */
  private void resetThread() {
    Thread its = thread.thread();
    if (!name.equals(its.getName())) its.setName(name);
    ClassLoader loader = threads.cell().machine().contextClassLoader();
    if (loader != null && its.getContextClassLoader() != loader) its.setContextClassLoader(loader);
  }

  @Override
  public void end() {
    threads.gone(this);
  }

  /**
   * {@return the next event, with which its thread goes on; null if there is none, or no event may begin} To be called
   * when its event is over.
   */
  EventTask<I, O> goOn() {
    CellPort cell = threads.cell();
    if (cell.signals().has(NOTHING_BEGINS) || !cell.isRunning()) return null;
    EventTask<I, O> next = line.take();
    if (next == null) return null;
    next.attempts = 1;
    next.sinceNanos = cell.time().nanos();
    next.runsOn(this);
    task = next;   // volatile, last: a thread that finds it here may interrupt it
    return next;
  }
}
