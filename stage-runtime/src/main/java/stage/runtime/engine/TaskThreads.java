package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import stage.api.RunningEvent;
import stage.runtime.bridge.EventWrapper;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Handles;

/**
 * The threads that handle events for one cell, and the events they have finished. The cell's thread only, except where
 * a method says otherwise.
 */
final class TaskThreads<I, O> {
  private static final VarHandle FINISHED = Handles.of(MethodHandles.lookup(), "finished", EventTask.class);

  private final CellPort cell;
  // all that have not ended; the cell adds, each removes itself; read by any thread
  private final Set<TaskRunner<I, O>> runners = ConcurrentHashMap.newKeySet();
  private volatile EventTask<?, ?> finished;   // the newest; any task's thread pushes, the cell takes all
  private TaskRunner<I, O> waiting;   // top of the stack of those without an event
  private String names;               // how their names begin in this incarnation; null until one is started
  private long started;               // how many

  TaskThreads(CellPort cell) {
    this.cell = cell;
  }

  CellPort cell() {
    return cell;
  }

  /** Gives the next incarnation new threads: events may have left something behind on the old ones. */
  void beginIncarnation() {
    dismissWaiting();
    names = null;
  }

  /** Lets a thread attempt an event; the thread then goes on with events from this line. */
  void run(EventTask<I, O> task, TaskLine<EventTask<I, O>> line) {
    try {
      take(line).begin(task);
      task.heedGivingUp();
    } catch (Throwable noThread) {
      if (task.runner() != null) runners.remove(task.runner());
      task.runsNoLonger();
      task.fail(noThread);
    }
  }

  /** {@return a thread that waits, or a new one} */
  private TaskRunner<I, O> take(TaskLine<EventTask<I, O>> line) {
    TaskRunner<I, O> runner = waiting;
    if (runner == null) {
      if (names == null) names = cell.machine().threadName() + "/";
      runner = new TaskRunner<>(this, line, names + ++started);
      runners.add(runner);
      return runner;
    }
    waiting = runner.below;
    runner.below = null;
    return runner;
  }

  /**
   * Lets the thread of a finished task, which has not gone on with another one by itself, wait for one; or ends it, if
   * it cannot handle events of this line any more.
   */
  void release(TaskRunner<I, O> runner, EventTask<I, O> task, TaskLine<EventTask<I, O>> line) {
    runner.isFree();
    if (!task.leavesItsThread() || !runner.isOf(line)) {
      runner.dismiss();
      return;
    }
    runner.below = waiting;
    waiting = runner;
  }

  /** Ends the threads that wait for an event: there is none. */
  void dismissWaiting() {
    while (waiting != null) {
      TaskRunner<I, O> runner = waiting;
      waiting = runner.below;
      runner.below = null;
      runner.dismiss();
    }
  }

  /** {@return the threads that have not ended yet} They get no other event: the cell has ended. */
  List<Thread> end() {
    List<Thread> last = new ArrayList<>();
    for (TaskRunner<I, O> runner : runners) {
      runner.dismiss();
      last.add(runner.thread());
    }
    return last;
  }

  // ---- the threads' side

  /** Hands in a finished attempt. On its thread. */
  void push(EventTask<I, O> task) {
    EventTask<?, ?> before;
    do {
      before = finished;
      task.earlier = cast(before);
    } while (!FINISHED.compareAndSet(this, before, task));   // volatile; pairs with the swap in takeFinished
    cell.signals().set(Signals.TASKS_FINISHED);
  }

  /** Forgets a thread that is about to end. On that thread. */
  void gone(TaskRunner<I, O> runner) {
    runners.remove(runner);
  }

  /** Adds the tasks that have finished since the last call to those to collect. Takes no memory. */
  void takeFinished(TaskQueue<I, O> toCollect) {
    EventTask<I, O> first = null;
    EventTask<I, O> task = cast((EventTask<?, ?>) FINISHED.getAndSet(this, null));   // the newest, then the one before
    while (task != null) {
      EventTask<I, O> before = task.earlier;
      task.earlier = first;
      first = task;
      task = before;
    }
    while (first != null) {
      EventTask<I, O> after = first.earlier;
      first.earlier = null;
      toCollect.add(first);
      first = after;
    }
  }

  @SuppressWarnings("unchecked")   // all tasks of a cell are of its types
  private static <I, O> EventTask<I, O> cast(EventTask<?, ?> task) {
    return (EventTask<I, O>) task;
  }

  // ---- what others see; any thread

  /** {@return the threads that handle an event now, the oldest attempt first} */
  List<Thread> atWork() {
    List<Thread> threads = new ArrayList<>();
    for (EventTask<I, O> task : byAge()) {
      TaskRunner<I, O> runner = task.runner();
      if (runner != null) threads.add(runner.thread());
    }
    return List.copyOf(threads);
  }

  /** {@return how many of those there are} */
  int countAtWork() {
    int count = 0;
    for (TaskRunner<?, ?> runner : runners) if (runner.task() != null) count++;
    return count;
  }

  /** {@return whether a thread is in the function that handles events} */
  boolean isHandling(Thread thread) {
    for (TaskRunner<?, ?> runner : runners) if (runner.thread() == thread && runner.isHandling()) return true;
    return false;
  }

  /** {@return the events that are being worked on, the oldest attempt first} */
  List<RunningEvent<I>> events() {
    List<RunningEvent<I>> events = new ArrayList<>();
    for (EventTask<I, O> task : byAge()) events.add(handleTo(task));
    return List.copyOf(events);
  }

  private List<EventTask<I, O>> byAge() {
    List<EventTask<I, O>> tasks = new ArrayList<>();
    for (TaskRunner<I, O> runner : runners) {
      EventTask<I, O> task = runner.task();
      if (task != null) tasks.add(task);
    }
    tasks.sort(new ByAge());
    return tasks;
  }

  private static final class ByAge implements Comparator<EventTask<?, ?>> {
    @Override
    public int compare(EventTask<?, ?> one, EventTask<?, ?> other) {
      return Long.compare(one.number, other.number);
    }
  }

  private RunningEvent<I> handleTo(EventTask<I, O> task) {
    Duration age = Duration.ofNanos(Math.max(0, cell.time().nanos() - task.sinceNanos));
    return new Running<>(task, task.attempts, age);
  }

  private record Running<I, O>(EventTask<I, O> task, int attempt, Duration age) implements RunningEvent<I> {
    @Override
    @SuppressWarnings("unchecked")   // what a built-in event wraps is of the type that its user knows
    public I event() {
      return task.event instanceof EventWrapper wrapper ? (I) wrapper.wrapped() : task.event;
    }

    @Override
    public void giveUp() {
      task.giveUp();
    }

    @Override
    public String toString() {
      return "attempt " + attempt + " at " + event() + ", for " + age.toMillis() + " ms";
    }
  }
}
