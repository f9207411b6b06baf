package stage.runtime.supervision;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import stage.api.Restart;
import stage.api.StopReason;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.Failure;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.runtime.engine.Cell;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/**
 * How one supervisor ends: it drains, cancels when its time is over, and keeps why it failed. Guarded by the tree's
 * lock, but for what says otherwise.
 */
final class ShutdownSequence {
  private final SupervisorCell supervisor;
  private final Children children;
  private final ScopeContext context;
  private final Time time;
  private final Latch ended;               // opens when it is closed
  private final Latch begun;              // opens when no child may start any more
  private boolean draining;               // no child may start
  private boolean cancelling;             // the shutdown time is over
  private boolean closed;
  private long cancelsAtNanos;            // from when it drains on: when it will cancel
  private final FirstFailure failure = new FirstFailure();
  private Time.Alarm deadline;            // of a drain without a caller that waits; null without one

  ShutdownSequence(SupervisorCell supervisor, Children children) {
    this.supervisor = supervisor;
    this.children = children;
    this.context = supervisor.shared();
    this.time = context.graph().time();
    this.begun = time.latch("a stop of", supervisor.path());
    this.ended = time.latch("the end of scope", supervisor.path());
  }

  boolean hasBegun() {
    return draining;
  }

  /** {@return the failure for which it ends; null if it ends for another reason, or its parent's} Under the lock. */
  StageFailedException reason() {
    return failure.look();
  }

  boolean isCancelling() {
    return cancelling;
  }

  boolean isClosed() {
    return closed;
  }

  /** {@return how long it lets its stages drain yet, if it has begun to end} Under the lock. */
  OptionalLong nanosLeft() {
    if (!draining || closed) return OptionalLong.empty();
    return OptionalLong.of(cancelling ? 0 : Math.max(0, cancelsAtNanos - time.nanos()));
  }

  /** {@return opens when it begins to end} */
  Latch begun() {
    return begun;
  }

  Latch ended() {
    return ended;
  }

  /** It has exceeded its restart intensity, and its parent does not restart it. */
  void gaveUp(StageFailedException why) {
    failure.replace(why);
    shutDown();
  }

  /** Of the root: keeps the failure, and drains the others, for as long as the shutdown time at most. */
  void failed(Cell<?> cell, StopReason reason, String during, List<Failure> crashes) {
    Throwable cause;
    if (reason instanceof StopReason.Crashed(var thrown)) cause = thrown;
    else if (reason instanceof StopReason.ProducerFailed(var producer, var thrown)) cause = thrown;
    else throw new IllegalStateException("a stage that has " + reason + " has not failed");
    boolean crashed = reason instanceof StopReason.Crashed;
    var failed = new StageFailedException(cell.path(), during, cause, crashed ? crashes : List.of());
    failure.add(failed, crashed);
    shutDown();
  }

  /** Begins to drain, unless that has begun, and cancels when the shutdown time is over. */
  void shutDown() {
    if (draining) return;
    long atNanos = time.nanos() + Time.toNanos(supervisor.spec().shutdown());
    drainAll(atNanos);
    deadline = time.at(atNanos, new Deadline());
    endIfEmpty();
  }

  private final class Deadline implements Runnable {
    @Override
    public void run() {
      cancelAll();
    }
  }

  /** Begins to drain. It is the caller's to cancel at that time. */
  void drainAll(long cancelsAtNanos) {
    this.cancelsAtNanos = cancelsAtNanos;
    draining = true;
    begun.open();
    supervisor.faultHandling().giveUpRestarts();
    for (Cell<?> cell : children.cells()) cell.drain();
    children.lookWhetherQuiet();
  }

  void cancelAll() {
    context.lock();
    try {
      cancelling = true;
      for (Cell<?> cell : children.cells()) context.cancel(cell);
      if (supervisor.parent() == null) supervisor.deadLetterProducer().cancel();
    } finally {
      context.unlock();
    }
  }

  /** Shuts down if the end of this child, which is of its own making, is what autoShutdown waits for. */
  void significantEnded(Child child, StopReason reason) {
    if (!child.isSignificant()) return;
    // it was given up, which is another story
    if (child.restart() == Restart.TRANSIENT && reason instanceof StopReason.Crashed) return;
    AutoShutdown when = supervisor.spec().options().autoShutdown();
    if (when == AutoShutdown.ANY || when == AutoShutdown.ALL && isOnlySignificant(child)) shutDown();
  }

  private boolean isOnlySignificant(Child child) {
    for (Child other : children.all())
      if (other != child && other.isSignificant() && !other.isStopped()) return false;
    return true;
  }

  /**
   * Under the lock: a supervisor that was shut down and has no stage left is no child any more; and so on, up the tree.
   */
  void endIfEmpty() {
    ShutdownSequence at = this;
    while (at.ends()) at = at.supervisor.parent().shutdown();
  }

  /** {@return whether it ends now, and its parent has lost a child} */
  private boolean ends() {
    if (supervisor.parent() == null || !draining || children.alive() > 0 || closed) return false;
    closed = true;
    if (deadline != null) deadline.cancel();
    return supervisor.parent().shutdown().hasLost(supervisor);
  }

  private boolean hasLost(SupervisorCell below) {
    Child child = children.named(below.name());
    if (!(child instanceof Child.OfSupervisor known) || known.supervisor() != below) return false;
    supervisor.counters().add(below.counters());
    if (known.supervisor().isKept() && canRestart(known)) children.retire(known);
    else children.remove(child);
    if (!supervisor.isDraining() && !below.wasStopped()) significantEnded(child, new StopReason.Stopped());
    return true;
  }

  private boolean canRestart(Child child) {
    return supervisor.spec().strategy() != Strategy.DYNAMIC && child.restart() != Restart.TEMPORARY
        && !supervisor.isDraining();
  }

  void throwFailure() {
    StageFailedException toThrow;
    context.lock();
    try {
      toThrow = failure.tell();
    } finally {
      context.unlock();
    }
    if (toThrow != null) throw toThrow;
  }

  /** {@return the failure that no caller has been told of; null if there is none} It counts as told then. */
  StageFailedException untoldFailure() {
    context.lock();
    try {
      return failure.tellOnce();
    } finally {
      context.unlock();
    }
  }

  void markClosed() {
    context.lock();
    try {
      closed = true;
      ended.open();
      if (deadline != null) deadline.cancel();   // or the timer would hold on to the scope
    } finally {
      context.unlock();
    }
  }

  /** A supervisor that is being unwound, and the children it still has to stop. */
  private record Unwinding(ShutdownSequence shutdown, Iterator<Child> rest) {}

  /**
   * Stops its children in reverse start order and ends: it could not be started. Not by recursion: a tree may be deeper
   * than a stack.
   */
  void unwind() {
    var levels = new ArrayDeque<Unwinding>();
    levels.push(beginUnwinding());
    while (!levels.isEmpty()) {
      Unwinding at = levels.peek();
      if (!at.rest.hasNext()) {
        levels.pop();
        at.shutdown.endUnwinding();
        continue;
      }
      Child next = at.rest.next();
      if (next instanceof Child.OfStage stage) at.shutdown.supervisor.management().stop(stage);
      else if (next instanceof Child.OfSupervisor below) levels.push(below.supervisor().shutdown().beginUnwinding());
    }
  }

  private Unwinding beginUnwinding() {
    context.lock();
    try {
      cancelsAtNanos = time.nanos();
      draining = true;
      begun.open();
      return new Unwinding(this, children.all().reversed().iterator());
    } finally {
      context.unlock();
    }
  }

  private void endUnwinding() {
    context.lock();
    try {
      endIfEmpty();
    } finally {
      context.unlock();
    }
  }
}
