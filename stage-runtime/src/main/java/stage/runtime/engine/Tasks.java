package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import stage.api.EventFunction;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.RunningEvent;
import stage.runtime.bridge.AbandonableFunction;
import stage.runtime.bridge.KeyedFunction;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.Handles;
import stage.runtime.time.TaskThread;

/**
 * The events that one cell has handed to threads of their own. It outlives incarnations. The cell's thread only, but
 * for {@link Task}.
 *
 * <p>An event stays in its lane until it and all before it are finished: so what a cell leaves unfinished goes back to
 * its producer as any event does. What finished ahead of an unfinished one counts for the demand at once, and is
 * settled when that one is.
 */
final class Tasks<I, O> {
  /** So many events of one subscription may be finished behind one that is not. */
  private static final int MOST_AHEAD = 1024;

  /** So many subscriptions are walked even if no event of theirs is being worked on. */
  private static final int MOST_IDLE = 16;

  /** So many events may stand in line for threads that become free, at most, and no more than there are threads. */
  private static final int MOST_IN_LINE = 256;

  private static final int NOTHING_BEGINS =
      Signals.PAUSED | Signals.STOPPED | Signals.HELD | Signals.KILLED | Signals.CANCELLED;

  private static final VarHandle FINISHED = Handles.of(MethodHandles.lookup(), "finished", Task.class);

  /** A thread that handles one event after the other. */
  private static final class Runner<I, O> implements TaskThread.Work {
    private final Tasks<I, O> tasks;
    private final TaskLine<Task<I, O>> line;   // of its incarnation
    private final TaskThread thread;
    // The cell hands it one, and takes it away once it is over, unless its thread has gone on with another one from the
    // line. Read by any thread; null while it waits.
    private volatile Task<I, O> task;
    private Runner<I, O> below;           // in the stack of those that wait; the cell
    private volatile boolean isDeaf;      // did not heed its interrupt, and may never come back; the cell

    Runner(Tasks<I, O> tasks) {
      this.tasks = tasks;
      this.line = tasks.line;
      this.thread = tasks.cell.time().taskThread(tasks.nextThreadName(), this);
    }

    @Override
    public boolean runOne() {
      return task.run();
    }

    @Override
    public void end() {
      tasks.runners.remove(this);
    }

    /**
     * {@return the next event, with which its thread goes on; null if there is none, or no event may begin} On its own
     * thread, whose event is over.
     */
    Task<I, O> goOn() {
      if (tasks.cell.signals().has(NOTHING_BEGINS) || !tasks.cell.isRunning()) return null;
      Task<I, O> next = line.take();
      if (next == null) return null;
      next.attempts = 1;
      next.sinceNanos = tasks.cell.time().nanos();
      next.runner = this;
      next.state = Task.RUNNING;
      task = next;   // volatile, last: a thread that finds it here may interrupt it
      return next;
    }
  }

  /** An event that is being worked on, and then what came of it. */
  private static final class Task<I, O> {
    private static final VarHandle STATE = Handles.of(MethodHandles.lookup(), "state", int.class);

    // The thread of an attempt and one that interrupts it settle by compare-and-set who was first: either it is over,
    // and is not interrupted any more, or its thread gets no other event, so that a late interrupt finds nobody.
    private static final int OVER = 0;
    private static final int RUNNING = 1;
    private static final int INTERRUPTED = 2;

    private final Tasks<I, O> tasks;
    private final EventFunction<I, O> function;
    private final I event;
    private final Tasks<I, O>.Window window;
    private final Object key;   // null if events have none
    private int attempts;
    private long sinceNanos;          // when this attempt began
    private volatile boolean isGivenUp;   // any thread: set, and never cleared
    private volatile Runner<I, O> runner;   // the cell, before it is RUNNING; read by any thread; null without one
    private volatile int state;   // of this attempt; RUNNING by the cell, OVER by its thread, INTERRUPTED by any
    private long number;         // of this attempt, among all of the cell; written before its runner has it
    private Task<I, O> next;     // with which its thread has gone on; written by that before it pushes; null for none
    private Task<I, O> earlier;  // finished before this one; written by its thread before it pushes, then the cell's
    private Task<I, O> later;    // the next in the line it stands in: to be collected, or to be emitted
    private O result;            // written by its thread before it pushes
    private Throwable failure;   // as result
    private boolean isAbandoned; // as result
    private Fate fate = Fate.WAITING;
    private boolean isEmitted;
    private volatile boolean isLeft;   // its subscription was given up; the cell; read by its thread as it begins

    Task(Tasks<I, O> tasks, Tasks<I, O>.Window window, I event, Object key) {
      this.tasks = tasks;
      this.window = window;
      this.key = key;
      this.function = tasks.function;
      this.event = event;
    }

    /** {@return whether its thread has gone on with another one} On that thread. */
    boolean run() {
      ClassLoader loader = tasks.cell.machine().contextClassLoader();
      if (loader != null) Thread.currentThread().setContextClassLoader(loader);
      // An interrupt that came before is missing if this thread took it for one that the event before was meant to get,
      // or was about to take this event from the line. Volatile, behind RUNNING; in leave the other way round, so one
      // of the two sees the other.
      if (isLeft || state == INTERRUPTED) Thread.currentThread().interrupt();
      O made = null;
      Throwable failure = null;
      try {
        Faults faults = tasks.cell.time().faults();
        if (faults != null) faults.before(tasks.cell.machine(), Activity.EVENT_FUNCTION);
        made = made();
        if (made == null && function instanceof AbandonableFunction) return false;   // given up, finished by another
        if (made == null) throw new NullPointerException(
            "the function of stage " + tasks.cell.path() + " returned null; an event is never null");
      } catch (Throwable thrown) {
        failure = thrown;
      }
      Thread.interrupted();   // what it leaves behind is not for the next event; before this thread can have that
      return finish(made, failure);
    }

    private O made() throws Exception {
      return function instanceof AbandonableFunction<I, O> abandonable ? abandonable.apply(event, this::finishInstead)
          : function.apply(event);
    }

    /** Its thread does not heed its interrupt. On another one; that thread will not finish it. */
    private void finishInstead(O made) {
      isAbandoned = true;
      finish(made, null);
    }

    private boolean finish(O made, Throwable thrown) {
      result = made;
      failure = thrown;
      boolean isFree = STATE.compareAndSet(this, RUNNING, OVER);   // unless it is INTERRUPTED; see interrupt
      // one that failed may be tried again, before the next one begins
      Task<I, O> following = isFree && thrown == null && !isAbandoned ? runner.goOn() : null;
      next = following;
      Task<?, ?> before;
      do {
        before = tasks.finished;
        earlier = cast(before);
      } while (!FINISHED.compareAndSet(tasks, before, this));   // volatile; pairs with the swap in take
      tasks.cell.signals().set(Signals.TASKS_FINISHED);
      return following != null;
    }

    /** Interrupts it if it runs, again if it was interrupted before. Any thread. */
    private void interrupt() {
      if ((int) STATE.compareAndExchange(this, RUNNING, INTERRUPTED) == OVER) return;
      Runner<I, O> its = runner;   // volatile, behind the state, before which it was written
      if (its != null) tasks.cell.time().interrupt(its.thread.thread());
    }

    /** {@return whether the thread that has finished it can go on with another event} The cell's thread. */
    private boolean leavesItsThread() {
      return state == OVER && !isAbandoned;
    }

    @SuppressWarnings("unchecked")   // all tasks of a cell are of its types
    private Task<I, O> cast(Task<?, ?> task) {
      return (Task<I, O>) task;
    }
  }

  private enum Fate {
    /** For the one before it of the same key, or for its turn to start. */
    WAITING,
    RUNNING,
    HANDLED,
    DEAD_LETTERED,
    DROPPED;

    boolean isFinished() {
      return this != WAITING && this != RUNNING;
    }
  }

  /** The events of one subscription that were taken and not settled, in its order. */
  private final class Window {
    private final LaneInlet<I> inlet;
    private final ArrayDeque<Task<I, O>> tasks = new ArrayDeque<>();
    private int finished;  // all of them that are
    private int ahead;     // finished, but not settled, when the last turn was committed
    private int waiting;   // taken, but not started

    Window(LaneInlet<I> inlet) {
      this.inlet = inlet;
    }

    boolean hasMore() {
      return ahead + waiting < MOST_AHEAD && !inlet.isCancelled() && inlet.lane().available() > tasks.size();
    }
  }

  private final CellPort cell;
  private final ConsumerHalf half;
  private final Redelivery redelivery;
  private final boolean isOrdered;
  private final boolean isEmitting;
  private int concurrency;
  private EventFunction<I, O> function;
  private KeyedFunction<I, O> keys;   // the same function; null if events have no keys
  // of each key of which an event is being worked on, those that wait for it, the first one first
  private final Map<Object, ArrayDeque<Task<I, O>>> busyKeys = new HashMap<>();
  private final ArrayDeque<Task<I, O>> startable = new ArrayDeque<>();   // waited for one of their key that is over
  private final List<Task<I, O>> emittedInTurn = new ArrayList<>();
  private Task<I, O> toCollect;     // taken, and nothing is known of it yet: the first in line
  private Task<I, O> toEmit;        // the same of those that are finished, if they are not to be emitted in order
  private Task<I, O> lastToEmit;
  private final Predicate<LaneInlet<?>> hasMore = this::hasMore;
  // walked in the order of the inlets' first events
  private final Map<LaneInlet<?>, Window> windows = new LinkedHashMap<>();
  private volatile Task<?, ?> finished;   // the newest; any task's thread pushes, the cell takes all
  // all whose thread is not gone; the cell adds, each takes itself away; read by any thread
  private final Set<Runner<I, O>> runners = ConcurrentHashMap.newKeySet();
  private Runner<I, O> waiting;     // the top of a stack of those that have no event
  private TaskLine<Task<I, O>> line;   // those that may begin as soon as a thread is free; one for each incarnation
  private int inLine;               // of those, and of those that were taken from it, so many whose begin is not known
  private String threadNames;       // how their names begin in this incarnation; null until it has started one
  private long threads;             // so many were started
  private int running;
  private int unemitted;            // tasks whose result is still to be emitted
  private long started;

  Tasks(ConsumerHalf half, Redelivery redelivery, boolean isOrdered, boolean isEmitting) {
    this.half = half;
    this.cell = half.cell();
    this.redelivery = redelivery;
    this.isOrdered = isOrdered;
    this.isEmitting = isEmitting;
  }

  /** From now on events are worked on like this. */
  void use(int concurrency, EventFunction<I, O> function) {
    this.concurrency = concurrency;
    this.function = function;
    // what their events have left on the threads that there are is not for another incarnation
    clearLine();
    dismissWaiting();
    this.line = new TaskLine<>(Math.min(concurrency, MOST_IN_LINE));
    this.threadNames = null;
    this.keys = function instanceof KeyedFunction<I, O> its ? its : null;
  }

  /** {@return whether an event may be started} Looks only. */
  boolean canStart(long demand) {
    if (running < concurrency && !line.isEmpty()) return true;
    if (running >= concurrency && line.isFull() || unemitted + inLine >= demand) return false;
    return !startable.isEmpty() || next() != null;
  }

  /** {@return the next subscription with an event to start; null if there is none} */
  private LaneInlet<?> next() {
    return half.ready(hasMore);
  }

  private boolean hasMore(LaneInlet<?> inlet) {
    Window window = windows.get(inlet);
    return window != null ? window.hasMore() : !inlet.isCancelled() && inlet.lane().available() > 0;
  }

  boolean isIdle() {
    return running == 0;
  }

  /** {@return whether an event of this subscription is being worked on, or has to wait for that only} */
  boolean isBusyWith(LaneInlet<?> inlet) {
    Window window = windows.get(inlet);
    if (window == null) return false;
    // While the stage is paused none begins; but one that a thread has taken from the line has, as will be known soon.
    boolean noneBegins = cell.signals().has(Signals.PAUSED) && inLine == line.size();
    return window.tasks.size() > window.ahead + (noneBegins ? window.waiting : 0);
  }

  @SuppressWarnings("unchecked")   // all subscriptions of a cell carry its events
  private Window windowOf(LaneInlet<?> inlet) {
    return windows.computeIfAbsent(inlet, unknown -> new Window((LaneInlet<I>) unknown));
  }

  /**
   * Starts events, each subscription in turn, as long as there are threads and demand for them, and has others stand in
   * line for the threads.
   */
  void start(long demand) {
    for (Task<I, O> task; running < concurrency && (task = line.take()) != null;) {
      inLine--;
      begin(task);
    }
    while (unemitted + inLine < demand && (running < concurrency || !line.isFull())) {
      Task<I, O> task = startable.isEmpty() ? takeNext() : startable.poll();
      if (task == null) return;
      if (task.isLeft) keyIsOver(task);
      else if (running < concurrency) begin(task);
      else standInLine(task);
    }
  }

  /** {@return the next event that may begin; null if there is none} */
  private Task<I, O> takeNext() {
    while (true) {
      LaneInlet<?> inlet = next();
      if (inlet == null) return null;
      Window window = windowOf(inlet);
      I event = window.inlet.lane().peek(window.tasks.size());
      var task = new Task<I, O>(this, window, event, keys == null ? null : keys.keyOf(event));
      window.tasks.add(task);
      window.waiting++;
      half.served();
      if (isFirstOfItsKey(task)) return task;
    }
  }

  private void standInLine(Task<I, O> task) {
    task.number = ++started;
    inLine++;
    line.add(task);
  }

  /** Takes back what no thread has taken; it may begin later. */
  private void clearLine() {
    if (line == null) return;
    for (Task<I, O> task = line.take(); task != null; task = line.take()) {
      inLine--;
      startable.add(task);
    }
  }

  /** {@return whether a task may begin} If not it waits until those of its key that came before are finished. */
  private boolean isFirstOfItsKey(Task<I, O> task) {
    if (task.key == null) return true;
    ArrayDeque<Task<I, O>> others = busyKeys.get(task.key);
    if (others == null) busyKeys.put(task.key, new ArrayDeque<>(2));
    else others.add(task);
    return others == null;
  }

  /** A task is finished, or was left: the next of its key may begin. */
  private void keyIsOver(Task<I, O> task) {
    if (task.key == null) return;
    ArrayDeque<Task<I, O>> others = busyKeys.get(task.key);
    while (!others.isEmpty() && others.peek().isLeft) others.poll();
    if (others.isEmpty()) busyKeys.remove(task.key);
    else startable.add(others.poll());
  }

  private void begin(Task<I, O> task) {
    hasBegun(task);
    run(task);
  }

  private void hasBegun(Task<I, O> task) {
    task.window.waiting--;
    if (task.isLeft) return;
    half.mayBeReady(task.window.inlet);   // for one more that waits
    if (isEmitting) unemitted++;
  }

  private void run(Task<I, O> task) {
    task.attempts++;
    task.sinceNanos = cell.time().nanos();
    task.number = ++started;
    runs(task);
    try {
      Runner<I, O> runner = takeRunner();
      runner.task = task;
      task.runner = runner;
      task.state = Task.RUNNING;
      runner.thread.hand();
      if (task.isGivenUp) task.interrupt();   // volatile, after the state; see giveUp
    } catch (Throwable noThread) {
      if (task.runner != null) runners.remove(task.runner);
      task.runner = null;
      task.finish(null, noThread);
    }
  }

  private void runs(Task<I, O> task) {
    task.fate = Fate.RUNNING;
    running++;
  }

  /** {@return a thread that waits, or a new one} */
  private Runner<I, O> takeRunner() {
    Runner<I, O> runner = waiting;
    if (runner == null) {
      runner = new Runner<>(this);
      runners.add(runner);
      return runner;
    }
    waiting = runner.below;
    runner.below = null;
    return runner;
  }

  /** The thread of a finished task has gone on with another one, or waits for one if it can handle one. */
  private void release(Task<I, O> task) {
    Runner<I, O> runner = task.runner;
    if (runner == null) return;
    task.runner = null;
    if (task.isAbandoned) runner.isDeaf = true;
    if (task.next != null) {
      inLine--;
      hasBegun(task.next);
      runs(task.next);
      task.next = null;
      return;
    }
    runner.task = null;
    if (!task.leavesItsThread() || runner.line != line) {
      runner.thread.dismiss();
      return;
    }
    runner.below = waiting;
    waiting = runner;
  }

  /** There is no event for the threads that wait for one. */
  void dismissWaiting() {
    while (waiting != null) {
      Runner<I, O> runner = waiting;
      waiting = runner.below;
      runner.below = null;
      runner.thread.dismiss();
    }
  }

  private String nextThreadName() {
    if (threadNames == null) threadNames = cell.machine().threadName() + "/";
    return threadNames + ++threads;
  }

  /**
   * Looks at the tasks that have finished: tries again, gives up, and passes on results. A turn, whose outlet is open.
   */
  void collect(Outlet<O> out) {
    int attempts = redelivery.attempts();
    take();
    while (toCollect != null) {
      Task<I, O> task = toCollect;
      toCollect = task.later;
      task.later = null;
      running--;
      release(task);
      if (task.isLeft) {
        keyIsOver(task);
        continue;
      }
      if (task.failure == null) {
        task.fate = Fate.HANDLED;
      } else if (task.attempts <= attempts && !task.isGivenUp) {
        run(task);
      } else {
        task.fate = attempts == 0 ? Fate.DROPPED : Fate.DEAD_LETTERED;
      }
      if (task.fate.isFinished()) finished(task);
    }
    if (isOrdered) for (Window window : windows.values()) emitInOrder(window, out);
    else for (Task<I, O> task = toEmit; task != null; task = task.later) if (!task.isLeft) emit(task, out);
  }

  private void finished(Task<I, O> task) {
    task.window.finished++;
    if (!isOrdered) {
      if (toEmit == null) toEmit = task;
      else lastToEmit.later = task;
      lastToEmit = task;
    }
    keyIsOver(task);   // last: it may find the heap full
  }

  /** What was emitted before is settled, or was undone: all before the first unfinished one is emitted now. */
  private void emitInOrder(Window window, Outlet<O> out) {
    for (Task<I, O> task : window.tasks) {
      if (!task.fate.isFinished()) return;
      emit(task, out);
    }
  }

  private void emit(Task<I, O> task, Outlet<O> out) {
    if (task.isEmitted) return;
    emittedInTurn.add(task);
    task.isEmitted = true;
    if (!isEmitting) return;
    unemitted--;
    if (task.fate == Fate.HANDLED) out.emit(task.result);
  }

  /** The turn that collected is undone: what it emitted must be emitted again. */
  void undo() {
    for (Task<I, O> task : emittedInTurn) {
      task.isEmitted = false;
      if (isEmitting) unemitted++;
    }
    // The turn may have thrown before it looked at them, and may not be the first to do so: either there is something
    // to be taken in, or nothing comes of it.
    if (running > 0 || !windows.isEmpty()) cell.signals().set(Signals.TASKS_FINISHED);
    emittedInTurn.clear();
  }

  /**
   * Settles what is finished, and notes which producers are to be woken. Its turn is committed.
   */
  void settle() {
    emittedInTurn.clear();
    while (toEmit != null && (toEmit.isEmitted || toEmit.isLeft)) {
      Task<I, O> emitted = toEmit;
      toEmit = emitted.later;
      emitted.later = null;
    }
    for (Iterator<Window> all = windows.values().iterator(); all.hasNext();) {
      Window window = all.next();
      settle(window);
      if (window.tasks.isEmpty() && (windows.size() > MOST_IDLE || window.inlet.lane().hasLeft())) all.remove();
    }
  }

  private void settle(Window window) {
    int handled = 0;
    int dropped = 0;
    List<Task<I, O>> dead = List.of();
    for (Task<I, O> task : window.tasks) {
      if (!task.isEmitted) break;
      switch (task.fate) {
        case HANDLED -> handled++;
        case DROPPED -> dropped++;
        case DEAD_LETTERED -> {
          if (dead.isEmpty()) dead = new ArrayList<>();
          dead.add(task);
        }
        case WAITING, RUNNING -> throw new IllegalStateException("a task that is not finished has emitted nothing");
      }
    }
    int settled = handled + dropped + dead.size();
    window.ahead = window.finished - settled;
    boolean asked = window.inlet.settleTasks(handled, dead.size(), dropped, window.ahead, running);
    if (asked) half.asks(window.inlet);
    else if (settled > 0) half.mayHaveSettledAll(window.inlet);
    window.finished = window.ahead;
    for (int i = settled; i > 0; i--) window.tasks.poll();
    if (dropped > 0) cell.dropped(dropped, "an event failed, and there is no redelivery");
    for (Task<I, O> task : dead) cell.deadLetter(task.event, task.failure, task.attempts, cell.path());
  }

  /** Takes what has finished since the last time, behind what is still to be collected. Needs no memory. */
  @SuppressWarnings("unchecked")   // as in Task.cast
  private void take() {
    Task<I, O> first = null;
    var task = (Task<I, O>) FINISHED.getAndSet(this, null);   // the newest, each with the one before it
    while (task != null) {
      Task<I, O> before = task.earlier;
      task.earlier = null;
      task.later = first;
      first = task;
      task = before;
    }
    if (toCollect == null) {
      toCollect = first;
      return;
    }
    Task<I, O> last = toCollect;
    while (last.later != null) last = last.later;
    last.later = first;
  }

  /**
   * The subscription is given up: those of its events that were handled stay so; the others go back, those that nobody
   * has been told of as dead included.
   */
  void leave(LaneInlet<?> inlet) {
    Window window = windows.remove(inlet);
    if (window == null) return;
    clearLine();
    boolean[] ahead = new boolean[window.tasks.size()];
    int i = 0;
    for (Task<I, O> task : window.tasks) {
      task.isLeft = true;
      task.interrupt();   // volatile, behind that; see run
      if (isEmitting && !task.isEmitted && task.fate != Fate.WAITING) unemitted--;
      ahead[i++] = task.fate == Fate.HANDLED && (task.isEmitted || !isEmitting);
    }
    window.inlet.lane().finishedAhead(ahead);
  }

  /** {@return the threads that handle an event now, the oldest first} Any thread. */
  List<Thread> runningThreads() {
    return byAge().map(task -> task.runner).filter(Objects::nonNull).map(runner -> runner.thread.thread()).toList();
  }

  private Stream<Task<I, O>> byAge() {
    return atWork().sorted(Comparator.comparingLong(task -> task.number));
  }

  private Stream<Task<I, O>> atWork() {
    return runners.stream().map(runner -> runner.task).filter(Objects::nonNull);
  }

  /** {@return the events that are being worked on, the oldest attempt first} Any thread. */
  List<RunningEvent<I>> runningEvents() {
    return byAge().map(this::handleTo).toList();
  }

  private RunningEvent<I> handleTo(Task<I, O> task) {
    Duration age = Duration.ofNanos(Math.max(0, cell.time().nanos() - task.sinceNanos));
    return new Running<>(task, task.attempts, age);
  }

  private record Running<I, O>(Task<I, O> task, int attempt, Duration age) implements RunningEvent<I> {
    @Override
    public I event() {
      return task.event;
    }

    @Override
    public void giveUp() {
      task.isGivenUp = true;
      task.interrupt();   // volatile, after the flag; in run the other way round, so one of the two sees the other
    }

    @Override
    public String toString() {
      return "attempt " + attempt + " at " + task.event + ", for " + age;
    }
  }

  /** {@return how many of those there are} Any thread. */
  int runningCount() {
    return (int) atWork().count();
  }

  /** {@return whether a thread is in the function that handles events} Any thread. */
  boolean isHandling(Thread thread) {
    return runners.stream().filter(runner -> runner.thread.thread() == thread).anyMatch(runner -> {
      Task<I, O> task = runner.task;
      return runner.isDeaf || task != null && task.state != Task.OVER;
    });
  }

  /** {@return the threads that are not gone yet} They get no other event: the cell has ended. */
  List<Thread> end() {
    clearLine();
    List<Thread> last = new ArrayList<>();
    for (Runner<I, O> runner : runners) {
      runner.thread.dismiss();
      last.add(runner.thread.thread());
    }
    return last;
  }
}
