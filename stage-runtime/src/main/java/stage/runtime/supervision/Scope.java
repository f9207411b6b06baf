package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StageSpec;
import stage.api.StopReason;
import stage.api.supervision.ScopeMisuse;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailed;
import stage.api.supervision.Stragglers;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.Realm;
import stage.runtime.engine.Verdict;
import stage.runtime.time.Gate;
import stage.runtime.time.Time;

/** A scope that holds cells. A cell that crashes fails it; closing it drains, then cancels, then waits. */
final class Scope implements Supervisor, CellOwner {
  private static final int MOST_LEFTOVERS = 1000;

  private final SupervisorSpec spec;
  private final Realm realm;
  private final ScopeOwners owners;
  private final Thread owner = Thread.currentThread();

  private final ReentrantLock lock = new ReentrantLock();
  // guarded by lock
  private final Map<String, Cell<?>> alive = new LinkedHashMap<>();   // in start order; a name is taken from before the start on
  private final List<Cell<?>> ending = new ArrayList<>();             // ended, but their threads may not be gone yet
  private final Map<Cell<?>, StageSnapshot> leftovers = new LinkedHashMap<>();   // of ended cells, in the order of their ends
  private final List<String> cancelled = new ArrayList<>();
  private long eventsReturned;
  private long eventsUndelivered;
  private final IntensityWindow window;
  private boolean draining;      // nobody may start
  private boolean cancelling;    // the shutdown time is over
  private boolean closed;
  private Gate idle;             // open while no cell is alive
  private StageFailed failure;   // of the first that failed; the others' are suppressed in it
  private boolean failureIsOfAProducer;   // whether that stage failed only because a producer had
  private boolean failureThrown;
  private Time.Alarm deadline;   // of the drain after a failure; null without one

  private Scope(SupervisorSpec spec, Realm realm, ScopeOwners owners) {
    this.spec = spec;
    this.realm = realm;
    this.owners = owners;
    this.window = new IntensityWindow(spec.intensity());
    this.idle = realm.time().gate();
    idle.open();
  }

  static Scope open(SupervisorSpec spec, Realm realm, ScopeOwners owners) {
    Objects.requireNonNull(spec, "spec must not be null");
    var scope = new Scope(spec, realm, owners);
    owners.opened(scope);
    return scope;
  }

  @Override
  public String name() {
    return spec.name();
  }

  // ---- starting

  @Override
  @SuppressWarnings("unchecked")   // a cell's handle is of the interface that fits the spec
  public <O, S extends Stage> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return (ProducerRef<O, S>) (Object) startCell(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <I, O, S extends Stage> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    return (ProducerConsumerRef<I, O, S>) (Object) startCell(spec);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <I, S extends Stage> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return (ConsumerRef<I, S>) (Object) startCell(spec);
  }

  private <S extends Stage> StageRef<S> startCell(StageSpec<S> spec) {
    Objects.requireNonNull(spec, "spec must not be null; make one with Stage.producer(…), Stage.consumer(…)");
    Cell<S> cell = Cell.of(spec, name(), realm, this);
    admit(cell);
    Throwable refusal;
    try {
      refusal = cell.startAndAwait();
    } catch (Throwable noThread) {   // such as an OutOfMemoryError where no more platform threads can be had
      refusal = noThread;
    }
    if (refusal != null) {
      dismiss(cell);
      throw new StageFailed(cell.path(), "onStart", refusal);
    }
    try {
      cell.subscribe(spec);
    } catch (RuntimeException refused) {
      cell.stopAndAwait();   // so that its name is free when the caller tries again
      throw refused;
    }
    return cell.ref();
  }

  private void admit(Cell<?> cell) {
    lock.lock();
    try {
      if (closed) throw new ScopeMisuse("scope " + name() + " is closed; stage \"" + cell.name() + "\" cannot be started in it");
      if (draining) throw new ScopeMisuse("scope " + name() + " is closing; stage \"" + cell.name() + "\" cannot be started in it");
      if (alive.containsKey(cell.name())) {
        throw new ScopeMisuse("stage name \"" + cell.name() + "\" is taken in scope " + name() + "; names must differ while both are alive");
      }
      if (alive.isEmpty()) idle = realm.time().gate();
      alive.put(cell.name(), cell);
    } finally {
      lock.unlock();
    }
  }

  private void dismiss(Cell<?> cell) {
    lock.lock();
    try {
      alive.remove(cell.name());
      noteEnding(cell);
      if (alive.isEmpty()) idle.open();
    } finally {
      lock.unlock();
    }
  }

  private void noteEnding(Cell<?> cell) {
    ending.removeIf(before -> !before.carrier().thread().isAlive());
    if (cell.carrier().thread() != null) ending.add(cell);
  }

  @Override
  public List<StageRef<?>> children() {
    lock.lock();
    try {
      List<StageRef<?>> refs = new ArrayList<>();
      for (Cell<?> cell : alive.values()) refs.add(cell.ref());
      return List.copyOf(refs);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public StageRef<?> child(String name) {
    Objects.requireNonNull(name, "name must not be null");
    lock.lock();
    try {
      Cell<?> cell = alive.get(name);
      if (cell != null) return cell.ref();
      throw new ScopeMisuse("no stage \"" + name + "\" in scope " + name() + "; there are: " + String.join(", ", alive.keySet()));
    } finally {
      lock.unlock();
    }
  }

  // ---- crashes and ends; on the thread of the cell

  @Override
  public Verdict crashed(Cell<?> cell, int incarnation, Throwable cause, String during, Restart restart) {
    String decision;
    Verdict verdict;
    lock.lock();
    try {
      if (draining || restart == Restart.TEMPORARY || spec.intensity().restarts() == 0) return new Verdict.End();
      if (window.isUsedUp(realm.time().nanos())) {
        verdict = new Verdict.End();
        decision = "GIVE_UP";
      } else {
        long delay = BackoffRule.delayNanos(spec.backoff(), window.count(), realm.time().chance());
        verdict = new Verdict.Restart(delay);
        decision = "RESTART" + (delay > 0 ? " in=" + Duration.ofNanos(delay).toMillis() + "ms" : "");
      }
      decision += " restarts=" + window.count() + "/" + spec.intensity().restarts() + " in " + spec.intensity().period();
    } finally {
      lock.unlock();
    }
    log(verdict, "supervisor=" + name() + " child=" + cell.name() + "#" + incarnation + " crashed in=" + during + " decision=" + decision, cause);
    return verdict;
  }

  private void log(Verdict verdict, String line, Throwable cause) {
    var level = verdict instanceof Verdict.Restart ? System.Logger.Level.WARNING : System.Logger.Level.ERROR;
    try {
      System.getLogger("stage." + name()).log(level, line, cause);
    } catch (Throwable loggerFailure) {
      cause.addSuppressed(loggerFailure);   // a logger that throws must not take the stage with it
    }
  }

  @Override
  public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during) {
    lock.lock();
    try {
      alive.remove(cell.name());
      noteEnding(cell);
      eventsReturned += last.eventsReturned();
      eventsUndelivered += last.eventsUndelivered();
      boolean leavesSomething = last.eventsReturned() + last.eventsUndelivered() > 0 || cancelled.contains(cell.path());
      if (leavesSomething && leftovers.size() < MOST_LEFTOVERS) leftovers.putIfAbsent(cell, last);
      // That a producer was cancelled is no failure of its consumers, which are being cancelled too.
      boolean byCancel = cancelling && reason instanceof StopReason.ProducerFailed(var producer, var cause) && cause instanceof CancellationException;
      if (reason.isFailure() && !byCancel) failed(cell, reason, during);
      if (alive.isEmpty()) idle.open();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void returnedAfterEnd(Cell<?> cell, int events) {
    lock.lock();
    try {
      eventsReturned += events;
      if (leftovers.containsKey(cell) || leftovers.size() < MOST_LEFTOVERS) leftovers.put(cell, cell.snapshot());
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: keeps the failure, and drains the others, for as long as the shutdown time at most. */
  private void failed(Cell<?> cell, StopReason reason, String during) {
    Throwable cause = switch (reason) {
      case StopReason.Crashed(var thrown) -> thrown;
      case StopReason.ProducerFailed(var producer, var thrown) -> thrown;
      case StopReason.Completed completed -> throw new IllegalStateException("a completed stage has not failed");
      case StopReason.Stopped stopped -> throw new IllegalStateException("a stopped stage has not failed");
      case StopReason.Replaced replaced -> throw new IllegalStateException("a replaced behaviour has not failed");
    };
    var failed = new StageFailed(cell.path(), during, cause);
    boolean crashed = reason instanceof StopReason.Crashed;
    if (failure == null) {
      failure = failed;
      failureIsOfAProducer = !crashed;
    } else if (crashed && failureIsOfAProducer) {
      // A consumer that failed with its producer may get here first, but the crash is what happened.
      if (failure.getCause() != cause) failed.addSuppressed(failure);
      failure = failed;
      failureIsOfAProducer = false;
    } else if (crashed) {
      failure.addSuppressed(failed);
    }
    if (draining) return;
    drainAll();
    deadline = realm.time().at(realm.time().nanos() + Time.toNanos(spec.shutdown()), this::cancelAll);
  }

  /** Under the lock. */
  private void drainAll() {
    draining = true;
    for (Cell<?> cell : alive.values()) cell.drain();
  }

  private void cancelAll() {
    lock.lock();
    try {
      cancelling = true;
      for (Cell<?> cell : alive.values()) {
        if (!cancelled.contains(cell.path())) cancelled.add(cell.path());
        cell.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- waiting

  @Override
  public void join() throws InterruptedException {
    ensureOwner("join()");
    ensureOpen();
    idle().await();
    throwFailure();
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    ensureOwner("join()");
    ensureOpen();
    Objects.requireNonNull(timeout, "timeout must not be null");
    boolean ended = idle().await(Time.toNanos(timeout));
    if (ended) throwFailure();
    return ended;
  }

  private Gate idle() {
    lock.lock();
    try {
      return idle;
    } finally {
      lock.unlock();
    }
  }

  private void throwFailure() {
    StageFailed toThrow;
    lock.lock();
    try {
      if (failure == null) return;
      failureThrown = true;
      toThrow = failure;
    } finally {
      lock.unlock();
    }
    throw toThrow;
  }

  private void ensureOwner(String what) {
    if (Thread.currentThread() == owner) return;
    throw new ScopeMisuse(what + " on scope " + name() + " belongs to thread " + owner.getName() + ", which opened it, but was called on "
        + Thread.currentThread().getName());
  }

  private void ensureOpen() {
    lock.lock();
    try {
      if (closed) throw new ScopeMisuse("scope " + name() + " is closed");
    } finally {
      lock.unlock();
    }
  }

  // ---- closing

  @Override
  public void close() {
    ensureOwner("close()");
    if (isClosed()) return;
    ScopeMisuse misuse = owners.closing(this);
    Stragglers stragglers = endAll();
    RuntimeException problem = firstOf(untoldFailure(), stragglers, misuse);
    if (problem != null) throw problem;
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private static RuntimeException firstOf(RuntimeException... problems) {
    RuntimeException first = null;
    for (RuntimeException problem : problems) {
      if (first == null) first = problem;
      else if (problem != null) first.addSuppressed(problem);
    }
    return first;
  }

  private StageFailed untoldFailure() {
    lock.lock();
    try {
      if (failure == null || failureThrown) return null;
      failureThrown = true;
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** Stops intake, lets everything in flight be handled, cancels what is left, and waits for the threads. */
  private Stragglers endAll() {
    lock.lock();
    try {
      if (!draining) drainAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = !awaitIdle(Time.toNanos(spec.shutdown()), true);
    if (!idle().isOpen()) {
      cancelAll();
      awaitIdle(Time.toNanos(spec.grace()), false);
    }
    Stragglers stragglers = awaitThreads(realm.time().nanos() + Time.toNanos(spec.grace()));
    lock.lock();
    try {
      closed = true;
      if (deadline != null) deadline.cancel();   // or the timer would hold on to the scope
    } finally {
      lock.unlock();
    }
    if (interrupted) Thread.currentThread().interrupt();
    return stragglers;
  }

  /** Waits until no cell is alive. Answers false if it was interrupted. */
  private boolean awaitIdle(long nanos, boolean endsByInterrupt) {
    long deadline = realm.time().nanos() + nanos;
    boolean interrupted = false;
    while (true) {
      try {
        idle().await(Math.max(0, deadline - realm.time().nanos()));
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        if (endsByInterrupt) break;
      }
    }
    if (interrupted && !endsByInterrupt) Thread.currentThread().interrupt();
    return !interrupted;
  }

  private Stragglers awaitThreads(long deadlineNanos) {
    List<Cell<?>> last;
    lock.lock();
    try {
      last = new ArrayList<>(ending);
      last.addAll(alive.values());
    } finally {
      lock.unlock();
    }
    boolean interrupted = Thread.interrupted();
    List<Stragglers.Straggler> stragglers = new ArrayList<>();
    for (Cell<?> cell : last) {
      boolean gone = false;
      while (true) {
        try {
          gone = realm.time().awaitEnd(cell.carrier(), deadlineNanos - realm.time().nanos());
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      Thread thread = cell.carrier().thread();
      if (!gone) stragglers.add(new Stragglers.Straggler(cell.path(), thread.getName(), Arrays.asList(thread.getStackTrace())));
    }
    if (interrupted) Thread.currentThread().interrupt();
    return stragglers.isEmpty() ? null : new Stragglers(name(), stragglers);
  }

  @Override
  public ShutdownReport report() {
    lock.lock();
    try {
      if (!closed) throw new ScopeMisuse("scope " + name() + " is not closed; there is no report yet");
      return new ShutdownReport(List.copyOf(leftovers.values()), eventsReturned, eventsUndelivered, cancelled);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "scope " + name();
  }
}
