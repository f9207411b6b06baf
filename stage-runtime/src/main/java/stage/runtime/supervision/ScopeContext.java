package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.StageEvent;
import stage.api.observe.StageListener;
import stage.api.supervision.ContextCapture;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StragglersException;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.engine.Watching;
import stage.runtime.time.ShortLock;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/**
 * State that all supervisors of a scope share: one lock, the listener, and the data for the report of a close. No lock
 * is held while user code runs.
 */
final class ScopeContext implements CellOwner.Services {
  // A thread that only has to make the engine's own last steps has not ignored an interrupt, though it may be late
  // where processors are scarce. It gets this much time, however short the grace is.
  private static final long ENDING_NANOS = 5_000_000_000L;

  private static final int MOST_LEFTOVERS = 1000;
  private static final int FEW_THREADS = 1;

  /**
   * A thread of a cell that has ended: all that is kept of such a cell but numbers.
   *
   * @param path of the cell
   * @param thread its own, or one that handled events for it
   * @param wasInUserCode whether it was when the cell ended: then the grace time is all it has
   */
  private record LastThread(String path, Thread thread, boolean wasInUserCode) {}

  private final SubscriptionGraph graph;
  private final String name;
  private final StageListener listener;
  private final Duration grace;
  private final int maxSubscribers;
  private final ClassLoader contextClassLoader;   // of the thread that opened the scope; null if it had none
  private final Consumer<Runnable> around;   // null if there is no context to carry
  private final ShortLock lock = new ShortLock();
  private final ScopeLog log;
  private final LogRateLimit dropLines;
  private final Watching watching = new Watching();
  private final Guests guests = new Guests();
  // guarded by lock
  private final List<LastThread> ending = new ArrayList<>();   // of cells that have ended; some may not be gone yet
  private int lookAt = FEW_THREADS;    // how many of them there may be before it is looked which are gone
  // of ended cells, by their numbers, in the order of their ends
  private final Map<Long, StageSnapshot> leftovers = new LinkedHashMap<>();
  private final List<SubscriptionSnapshot> returned = new ArrayList<>();
  private final Set<Cell<?>> beingCancelled = new LinkedHashSet<>();   // they have not ended yet
  private final List<String> cancelled = new ArrayList<>();
  private long eventsReturned;
  private long eventsUndelivered;
  private long eventsDropped;
  private int sourcesCutShort;
  private int drained;
  private long listenerFailures;
  private final List<Abandoned> abandoned = new ArrayList<>();
  private boolean over;           // the cells are on their own

  ScopeContext(SubscriptionGraph graph, SupervisorSpec root) {
    this.graph = graph;
    this.name = root.name();
    this.listener = root.options().listener();
    this.grace = root.grace();
    this.maxSubscribers = root.options().maxSubscribers();
    this.contextClassLoader = Thread.currentThread().getContextClassLoader();
    ContextCapture context = root.options().context();
    this.around = context == ContextCapture.NONE ? null : capture(context)::run;
    this.log = new ScopeLog(name, graph.time());
    this.dropLines = new LogRateLimit(graph.time().nanos());
  }

  private static ContextCapture.Around capture(ContextCapture context) {
    return Objects.requireNonNull(context.capture(),
        "the context capture of the scope returned null; it must return what to put around an incarnation");
  }

  @Override
  public ClassLoader contextClassLoader() {
    return contextClassLoader;
  }

  @Override
  public Consumer<Runnable> around() {
    return around;
  }

  @Override
  public int maxSubscribers() {
    return maxSubscribers;
  }

  /** {@return the watchers from outside} */
  Guests guests() {
    return guests;
  }

  @Override
  public Watching watching() {
    return watching;
  }

  SubscriptionGraph graph() {
    return graph;
  }

  /** Lock and unlock, not a method that takes a lambda: the linking of one may fail on a full heap, and for good. */
  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  // ---- events; under no lock

  /** Tells the listener; an exception that it throws has no effect. */
  void tell(StageEvent event) {
    graph.time().happened(event);
    if (listener == StageListener.NONE && guests.isEmpty()) return;
    try {
      listener.on(event);
      guests.tell(event);
    } catch (Throwable failure) {
      if (isFirstListenerFailure()) log(System.Logger.Level.WARNING,
          "the listener of scope " + name + " threw; later failures are only counted", failure);
    }
  }

  private boolean isFirstListenerFailure() {
    lock();
    try {
      return ++listenerFailures == 1;
    } finally {
      unlock();
    }
  }

  /**
   * Authors choose to have events dropped, but need to know about it. Events dropped for other reasons than an overflow
   * are reported with the crash.
   */
  void warnOfDropped(String path, long events, String why) {
    if (!why.startsWith("overflow")) return;
    String note = dropLines.admit(graph.time().nanos());
    if (note != null) log(System.Logger.Level.WARNING,
        "stage " + path + " has dropped " + events + (events == 1 ? " event" : " events") + ": " + why + note, null);
  }

  ScopeLog log() {
    return log;
  }

  void log(System.Logger.Level level, String line, Throwable cause) {
    log.write(level, line, cause);
  }

  // ---- threads that ignored their interrupt; under the lock

  // few, and each may still be in the code of its cell's user
  private record Abandoned(Cell<?> cell, Thread thread) {}

  private Thread abandon(Cell<?> cell) {
    Thread old = cell.takeOver();
    if (old != null) abandoned.add(new Abandoned(cell, old));
    return old;
  }

  // The lock may be held already: a thread may take it again.

  @Override
  public void kill(Cell<?> cell) {
    lock();
    try {
      cell.kill();
      abandonAfterGrace(cell);
    } finally {
      unlock();
    }
  }

  @Override
  public void cancel(Cell<?> cell) {
    lock();
    try {
      if (cell.isAlive() && beingCancelled.add(cell) && cancelled.size() < MOST_LEFTOVERS) cancelled.add(cell.path());
      cell.cancel();
      abandonAfterGrace(cell);
    } finally {
      unlock();
    }
  }

  @Override
  public void interrupt(Cell<?> cell, Runnable tell) {
    lock();
    try {
      tell.run();
      cell.driver().interrupt();
    } finally {
      unlock();
    }
  }

  /** Who interrupts a cell does so under the lock. */
  @Override
  public void awaitInterrupts() {
    lock();
    unlock();
  }

  @Override
  public void overdue(Cell<?> cell) {
    lock();
    try {
      abandonAfterGrace(cell);
    } finally {
      unlock();
    }
  }

  /**
   * The cell was interrupted, and loses its thread if it ignores that. If a later incarnation runs by then, the
   * interrupt has worked; that incarnation has a grace time of its own.
   */
  void abandonAfterGrace(Cell<?> cell) {
    Time time = graph.time();
    time.at(time.nanos() + Time.toNanos(grace), new EndOfGrace(cell, cell.incarnation()));
  }

  /** What is done when the grace time of an incarnation is over. */
  private final class EndOfGrace implements Runnable {
    private final Cell<?> cell;
    private final int incarnation;

    EndOfGrace(Cell<?> cell, int incarnation) {
      this.cell = cell;
      this.incarnation = incarnation;
    }

    @Override
    public void run() {
      boolean isAnother = cell.incarnation() != incarnation;
      if ((isAnother || abandonIfOverdue(cell)) && cell.isOverdue()) overdue(cell);
    }
  }

  /**
   * {@return whether to look again: it is overdue, but was not in user code at this instant} Any thread; takes the
   * lock.
   */
  boolean abandonIfOverdue(Cell<?> cell) {
    if (!cell.isOverdue()) return false;
    try {
      return !isOverOrAbandoned(cell);
    } catch (Throwable noThread) {   // such as an OutOfMemoryError
      log(System.Logger.Level.ERROR,
          "no thread could be started to take the place of " + cell.path() + "'s; it is tried again", noThread);
      return true;
    }
  }

  private boolean isOverOrAbandoned(Cell<?> cell) {
    lock();
    try {
      return over || abandon(cell) != null;
    } finally {
      unlock();
    }
  }

  int abandonedNow() {
    return abandoned.size();
  }

  long refused() {
    Set<Cell<?>> cells = new LinkedHashSet<>();
    for (Abandoned each : abandoned) cells.add(each.cell);
    long sum = 0;
    for (Cell<?> cell : cells) sum += cell.threads().refused();
    return sum;
  }

  /** The scope is closed, and its cells are on their own. */
  void over() {
    over = true;
  }

  // ---- the numbers of the end; under the lock

  long listenerFailures() {
    return listenerFailures;
  }

  void noteEnding(Cell<?> cell) {
    beingCancelled.remove(cell);
    // not at each end: if many end at once, all of them would be checked each time
    if (ending.size() >= lookAt) {
      for (Iterator<LastThread> each = ending.iterator(); each.hasNext();)
        if (!graph.time().isAlive(each.next().thread)) each.remove();
      lookAt = Math.max(FEW_THREADS, 2 * ending.size());
    }
    for (Thread task : cell.threads().lastTasks())
      ending.add(new LastThread(cell.path(), task, cell.threads().isHandling(task)));
    if (cell.driver().thread() != null) ending.add(new LastThread(cell.path(), cell.driver().thread(), false));
  }

  void noteEnd(Cell<?> cell, StageSnapshot last) {
    boolean wasCancelled = beingCancelled.remove(cell);
    noteEnding(cell);
    eventsReturned += last.eventsReturned();
    eventsUndelivered += last.eventsUndelivered();
    boolean leavesSomething = last.eventsReturned() + last.eventsUndelivered() > 0;
    if (!leavesSomething && !wasCancelled) drained++;
    else if (leftovers.size() < MOST_LEFTOVERS) leftovers.putIfAbsent(cell.id(), last);
  }

  /** A stage that only emits was stopped before it had completed. */
  void noteCutShort() {
    sourcesCutShort++;
  }

  /**
   * As {@link #noteEnd}, of a cell that is not one of the stages that are counted, such as the producer of dead
   * letters.
   */
  void noteEndOfHelper(Cell<?> cell, StageSnapshot last) {
    int before = drained;
    noteEnd(cell, last);
    drained = before;
  }

  void noteReturned(SubscriptionSnapshot last) {
    if (returned.size() < MOST_LEFTOVERS) returned.add(last);
  }

  void noteDropped(long events) {
    eventsDropped += events;
  }

  void noteReturnedAfterEnd(Cell<?> cell, int events) {
    eventsReturned += events;
    if (leftovers.containsKey(cell.id()) || leftovers.size() < MOST_LEFTOVERS)
      leftovers.put(cell.id(), cell.snapshot());
  }

  ShutdownReport report(List<StragglersException.Straggler> stragglers) {
    return new ShutdownReport(drained, List.copyOf(leftovers.values()), returned, eventsReturned, eventsUndelivered,
        eventsDropped, sourcesCutShort,
        cancelled, stragglers);
  }

  /**
   * Waits until the threads of all cells that have ended, of these, and the helpers are gone. Not under the lock.
   *
   * @param helpers other threads of the scope, each with the path to report it under
   * @return those that are still alive, with their stacks
   */
  List<StragglersException.Straggler> awaitThreads(
      List<Cell<?>> alive, Map<Thread, String> helpers, long deadlineNanos) {
    Map<Thread, String> threads = new LinkedHashMap<>();
    Set<Thread> ours = new HashSet<>();
    lock();
    try {
      for (LastThread last : ending) {
        threads.put(last.thread, last.path);
        if (!last.wasInUserCode) ours.add(last.thread);
      }
      for (Abandoned each : abandoned) ours.add(each.cell().driver().thread());   // its successor
      for (Abandoned each : abandoned) ours.remove(each.thread());
    } finally {
      unlock();
    }
    for (Cell<?> cell : alive) ours.remove(cell.threads().withoutSuccessor());
    for (Cell<?> cell : alive) {
      for (Thread task : cell.threads().lastTasks()) threads.put(task, cell.path());
      if (cell.driver().thread() != null) threads.put(cell.driver().thread(), cell.path());
      if (cell.threads().withoutSuccessor() != null) threads.put(cell.threads().withoutSuccessor(), cell.path());
    }
    threads.putAll(helpers);
    // last: a wait for these leaves no time for the others
    lock();
    try {
      for (Abandoned each : abandoned) threads.put(each.thread(), each.cell().path());
    } finally {
      unlock();
    }
    List<StragglersException.Straggler> stragglers = new ArrayList<>();
    for (Map.Entry<Thread, String> each : threads.entrySet()) {
      Thread thread = each.getKey();
      long more = ours.contains(thread) ? ENDING_NANOS : 0;
      boolean gone = awaitEnd(thread, deadlineNanos + more);
      if (!gone) stragglers.add(new StragglersException.Straggler(each.getValue(), thread.getName(),
          Arrays.asList(graph.time().stackOf(thread))));
    }
    return stragglers;
  }

  private boolean awaitEnd(Thread thread, long deadlineNanos) {
    return Uninterruptibly.await(new Uninterruptibly.Wait<Boolean>() {
      @Override
      public Boolean once() throws InterruptedException {
        return graph.time().awaitEnd(thread, deadlineNanos - graph.time().nanos());
      }
    });
  }
}
