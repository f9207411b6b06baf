package stage.runtime.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import stage.api.EventFunction;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.runtime.bridge.KeyedFunction;
import stage.runtime.engine.EventTask.Fate;
import stage.runtime.mailbox.Signals;

/**
 * The events that one cell has handed to threads of their own, across incarnations. The cell's thread only.
 *
 * <p>An event stays in its lane until it and all events before it are finished, so events that a cell leaves unfinished
 * go back to their producer like any others. An event that finishes ahead of an unfinished one counts towards the
 * demand at once, and is settled together with that one.
 *
 * <p>A full heap loses nothing: the steps that take memory come first, and those after them cannot fail.
 */
final class Tasks<I, O> {
  /** How many subscriptions may stay in the walk although none of their events is being worked on. */
  private static final int MOST_IDLE = 16;

  /** How many events may wait in line for a free thread; never more than there are threads. */
  private static final int MOST_IN_LINE = 256;

  private final CellPort cell;
  private final ConsumerHalf half;
  private final Redelivery redelivery;
  private final boolean isOrdered;
  private final boolean isEmitting;
  private final TaskThreads<I, O> threads;
  private final TaskKeys<I, O> keys = new TaskKeys<>();
  private int concurrency;
  private EventFunction<I, O> function;
  private KeyedFunction<I, O> keyed;   // the same function; null if events have no keys
  private final Predicate<LaneInlet<?>> hasMore = new HasMore();
  // walked in the order of the inlets' first events
  private final Map<LaneInlet<?>, TaskWindow<I, O>> windows = new LinkedHashMap<>();
  // events that may begin as soon as a thread is free; each incarnation has its own
  private TaskLine<EventTask<I, O>> line;
  private int inLine;               // events in the line, or taken from it without the cell knowing yet
  private final CallbackTimes times = new CallbackTimes();   // of some attempts; see measure
  private int running;
  private long started;
  private final TaskQueue<I, O> toCollect = new TaskQueue<>();   // finished and not looked at yet
  private final TaskQueue<I, O> toEmit = new TaskQueue<>();      // collected; unused where results are in order
  private final TaskQueue<I, O> toTell = new TaskQueue<>();      // settled as dead letters, and still to be reported
  private final List<EventTask<I, O>> emittedInTurn = new ArrayList<>();
  private int unemitted;            // tasks whose result is still to be emitted

  Tasks(ConsumerHalf half, Redelivery redelivery, boolean isOrdered, boolean isEmitting) {
    this.half = half;
    this.cell = half.cell();
    this.threads = new TaskThreads<>(cell);
    this.redelivery = redelivery;
    this.isOrdered = isOrdered;
    this.isEmitting = isEmitting;
  }

  /** Sets the function that events are given to from now on, and how many at once. */
  void use(int concurrency, EventFunction<I, O> function) {
    var fresh = new TaskLine<EventTask<I, O>>(Math.min(concurrency, MOST_IN_LINE));
    this.concurrency = concurrency;
    this.function = function;
    this.keyed = function instanceof KeyedFunction<I, O> its ? its : null;
    clearLine();
    this.line = fresh;
    threads.beginIncarnation();
  }

  /** {@return the threads that handle the events} Any thread may ask what they are doing. */
  TaskThreads<I, O> threads() {
    return threads;
  }

  // ---- beginning

  /** {@return whether an event may be started} Changes nothing. */
  boolean canStart(long demand) {
    if (running < concurrency && !line.isEmpty()) return true;
    if (running >= concurrency && line.isFull() || unemitted + inLine >= demand) return false;
    return keys.hasStartable() || next() != null;
  }

  /** {@return the next subscription with an event to start; null if there is none} */
  private LaneInlet<?> next() {
    return half.ready(hasMore);
  }

  private final class HasMore implements Predicate<LaneInlet<?>> {
    @Override
    public boolean test(LaneInlet<?> inlet) {
      TaskWindow<I, O> window = windows.get(inlet);
      return window != null ? window.hasMore() : !inlet.isCancelled() && inlet.lane().available() > 0;
    }
  }

  /** {@return whether no event is being worked on} */
  boolean isIdle() {
    return running == 0;
  }

  /** {@return whether an event of this subscription is being worked on or about to be} */
  boolean isBusyWith(LaneInlet<?> inlet) {
    TaskWindow<I, O> window = windows.get(inlet);
    if (window == null) return false;
    // While the stage is paused none begins, except one that a thread has already taken from the line.
    boolean noneBegins = cell.signals().has(Signals.PAUSED) && inLine == line.size();
    return window.size() > window.ahead + (noneBegins ? window.waiting : 0);
  }

  @SuppressWarnings("unchecked")   // all subscriptions of a cell carry its events
  private TaskWindow<I, O> windowOf(LaneInlet<?> inlet) {
    TaskWindow<I, O> known = windows.get(inlet);
    if (known == null) windows.put(inlet, known = new TaskWindow<>((LaneInlet<I>) inlet));
    return known;
  }

  /**
   * Starts events, each subscription in turn, as long as there are threads and demand for them, and puts others in line
   * for the threads.
   */
  void start(long demand) {
    for (EventTask<I, O> task; running < concurrency && (task = line.take()) != null;) {
      inLine--;
      begin(task);
    }
    while (unemitted + inLine < demand && (running < concurrency || !line.isFull())) {
      if (running >= concurrency) line.makeRoom();
      EventTask<I, O> task = keys.hasStartable() ? keys.nextStartable() : takeNext();
      if (task == null) return;
      if (task.isLeft()) keys.isOver(task);
      else if (running < concurrency) begin(task);
      else standInLine(task);
    }
  }

  /** {@return the next event that may begin; null if there is none} */
  private EventTask<I, O> takeNext() {
    while (true) {
      LaneInlet<?> inlet = next();
      if (inlet == null) return null;
      TaskWindow<I, O> window = windowOf(inlet);
      I event = window.inlet.lane().peek(window.size());
      var task = new EventTask<>(threads, function, window, event, keyed == null ? null : keyed.keyOf(event));
      boolean isFirst = keys.isFirst(task);   // the last step that takes memory
      window.add(task);
      half.served();
      if (isFirst) return task;
    }
  }

  private void standInLine(EventTask<I, O> task) {
    task.number = ++started;
    inLine++;
    line.add(task);
  }

  /** Takes back the events that no thread has taken; they may begin later. Takes no memory. */
  private void clearLine() {
    if (line == null) return;
    for (EventTask<I, O> task = line.take(); task != null; task = line.take()) {
      inLine--;
      keys.mayStart(task);
    }
  }

  private void begin(EventTask<I, O> task) {
    hasBegun(task);
    run(task);
  }

  private void hasBegun(EventTask<I, O> task) {
    task.window.waiting--;
    if (task.isLeft()) return;
    half.mayBeReady(task.window.inlet);   // with one event fewer waiting, there is room for another one
    if (isEmitting) unemitted++;
  }

  private void run(EventTask<I, O> task) {
    task.attempts++;
    task.sinceNanos = cell.time().nanos();
    task.number = ++started;
    runs(task);
    threads.run(task, line);
  }

  private void runs(EventTask<I, O> task) {
    task.fate = Fate.RUNNING;
    running++;
  }

  // ---- collecting

  /**
   * Looks at the tasks that have finished: tries again, gives up, and passes on results. Part of a turn, whose outlet
   * is open.
   */
  void collect(Outlet<O> out) {
    int attempts = redelivery.attempts();
    threads.takeFinished(toCollect);
    measure();
    for (EventTask<I, O> task = toCollect.poll(); task != null; task = toCollect.poll()) {
      running--;
      release(task);
      if (task.isLeft()) {
        keys.isOver(task);
        continue;
      }
      if (task.failure == null) {
        task.fate = Fate.HANDLED;
      } else if (task.attempts <= attempts && !task.isGivenUp()) {
        run(task);
      } else {
        task.fate = attempts == 0 ? Fate.DROPPED : Fate.DEAD_LETTERED;
      }
      if (task.fate.isFinished()) finished(task);
    }
    if (isOrdered) for (TaskWindow<I, O> window : windows.values()) emitInOrder(window, out);
    else for (EventTask<I, O> task = toEmit.peek(); task != null; task = task.later)
      if (!task.isLeft()) emit(task, out);
  }

  /** Notes how long the longest of the finished attempts has taken, if that is worth a look at the clock. */
  private void measure() {
    EventTask<I, O> first = toCollect.peek();
    if (first == null || !times.areLong() && !CallbackTimes.isSampled(first.number)) return;
    long now = cell.time().nanos();
    long longest = 0;
    for (EventTask<I, O> task = first; task != null; task = task.later) {
      longest = Math.max(longest, now - task.sinceNanos);
    }
    times.took(longest);
  }

  /** {@return roughly the longest that recent attempts have taken; 0 if none has returned} Any thread. */
  long latelyNanos() {
    return times.latelyNanos();
  }

  /** The thread of a finished task has already gone on with another one; otherwise it waits for one, if it can. */
  private void release(EventTask<I, O> task) {
    TaskRunner<I, O> runner = task.runner();
    if (runner == null) return;
    task.runsNoLonger();
    if (task.isAbandoned()) runner.doesNotHeed();
    EventTask<I, O> following = task.next;
    if (following == null) {
      threads.release(runner, task, line);
      return;
    }
    task.next = null;
    inLine--;
    hasBegun(following);
    runs(following);
  }

  private void finished(EventTask<I, O> task) {
    task.window.finished++;
    if (!isOrdered) toEmit.add(task);
    keys.isOver(task);
  }

  // ---- emitting and settling

  /** Emits everything before the first unfinished event. Earlier output is settled or was undone. */
  private void emitInOrder(TaskWindow<I, O> window, Outlet<O> out) {
    for (EventTask<I, O> task = window.first(); task != null; task = task.nextInWindow) {
      if (!task.fate.isFinished()) return;
      emit(task, out);
    }
  }

  private void emit(EventTask<I, O> task, Outlet<O> out) {
    if (task.isEmitted) return;
    emittedInTurn.add(task);
    task.isEmitted = true;
    if (!isEmitting) return;
    unemitted--;
    if (task.fate == Fate.HANDLED) out.emit(task.result);
  }

  /** Undoes the turn that collected: its results must be emitted again. */
  void undo() {
    for (EventTask<I, O> task : emittedInTurn) {
      task.isEmitted = false;
      if (isEmitting) unemitted++;
    }
    // The turn may have thrown before it looked at the finished tasks, and may not be the first to do so. If there are
    // none, the signal does no harm.
    if (running > 0 || !windows.isEmpty()) cell.signals().set(Signals.TASKS_FINISHED);
    emittedInTurn.clear();
  }

  /**
   * Settles finished events, and notes which producers must be woken. Part of the turn's commit.
   */
  void settle() {
    emittedInTurn.clear();
    while (!toEmit.isEmpty() && (toEmit.peek().isEmitted || toEmit.peek().isLeft())) toEmit.poll();
    for (Iterator<TaskWindow<I, O>> all = windows.values().iterator(); all.hasNext();) {
      TaskWindow<I, O> window = all.next();
      settle(window);
      if (window.size() == 0 && (windows.size() > MOST_IDLE || window.inlet.lane().hasLeft())) all.remove();
    }
    tellOfDead();
  }

  /** Reports dead letters, after they are settled. */
  private void tellOfDead() {
    for (EventTask<I, O> task = toTell.peek(); task != null; task = toTell.peek()) {
      cell.deadLetter(task.event, task.failure, task.attempts, cell.path());
      toTell.poll();   // last: if the heap is full, it is reported again
    }
  }

  private void settle(TaskWindow<I, O> window) {
    int handled = 0;
    int dropped = 0;
    int dead = 0;
    for (EventTask<I, O> task = window.first(); task != null && task.isEmitted; task = task.nextInWindow) {
      switch (task.fate) {
        case HANDLED -> handled++;
        case DROPPED -> dropped++;
        case DEAD_LETTERED -> dead++;
        case WAITING, RUNNING -> throw new IllegalStateException("a task that is not finished has emitted nothing");
      }
    }
    int settled = handled + dropped + dead;
    window.ahead = window.finished - settled;
    boolean asked = window.inlet.settleTasks(handled, dead, dropped, window.ahead, running);
    if (asked) half.asks(window.inlet);
    else if (settled > 0) half.mayHaveSettledAll(window.inlet);
    window.finished = window.ahead;
    for (EventTask<I, O> task = window.first(); dead > 0; task = task.nextInWindow) {
      if (task.fate != Fate.DEAD_LETTERED) continue;
      toTell.add(task);
      dead--;
    }
    window.settled(settled);
    if (dropped > 0) cell.dropped(dropped, "an event failed, and there is no redelivery");
  }

  // ---- ends

  /**
   * Gives up a subscription: events that were handled stay handled; the others go back, including dead letters that
   * were not reported yet.
   */
  void leave(LaneInlet<?> inlet) {
    TaskWindow<I, O> window = windows.get(inlet);
    if (window == null) return;
    boolean[] ahead = new boolean[window.size()];   // first: if the heap is full, all of this is repeated
    windows.remove(inlet);
    clearLine();
    int i = 0;
    for (EventTask<I, O> task = window.first(); task != null; task = task.nextInWindow) {
      task.leave();
      if (isEmitting && !task.isEmitted && task.fate != Fate.WAITING) unemitted--;
      ahead[i++] = task.fate == Fate.HANDLED && (task.isEmitted || !isEmitting);
    }
    window.inlet.lane().finishedAhead(ahead);
  }

  /** Ends the threads that wait for an event: there is none. */
  void dismissWaiting() {
    threads.dismissWaiting();
  }

  /** {@return the threads that have not ended yet} They get no other event: the cell has ended. */
  List<Thread> end() {
    clearLine();
    tellOfDead();
    return threads.end();
  }
}
