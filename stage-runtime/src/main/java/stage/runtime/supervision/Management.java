package stage.runtime.supervision;

import java.util.Objects;
import stage.api.Shutdown;
import stage.api.StageRef;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.runtime.engine.Cell;
import stage.runtime.time.Time;

/**
 * Stops, restarts and deletes the children of one supervisor when asked to. On the thread of the caller,
 * which waits; not on those of the stages.
 */
final class Management {
  private final SupervisorCell supervisor;
  private final Children children;
  private final ScopeContext context;

  Management(SupervisorCell supervisor) {
    this.supervisor = supervisor;
    this.children = supervisor.members();
    this.context = supervisor.shared();
  }

  void stop(String name) {
    Child child = known(name);
    if (child instanceof Child.OfStage stage) {
      stop(stage);
    } else if (child instanceof Child.OfSupervisor below) {
      below.supervisor().ensureNotByAStage("stopChild(\"" + name + "\")");
      context.lock();
      try {
        below.supervisor().keepOnceEnded(true);
      } finally {
        context.unlock();
      }
      below.supervisor().close();
    }
  }

  /** Ends a stage as its spec says, and waits until it has ended. */
  void stop(Child.OfStage child) {
    Cell<?> cell;
    context.lock();
    try {
      child.stopping();
      cell = child.cell();
    } finally {
      context.unlock();
    }
    if (cell == null) return;
    if (cell.driver().isCurrent()) {
      throw new ScopeMisuseException("stopChild(\"" + child.name()
          + "\") would wait for itself, because it was called on the stage's own thread; use StageContext.stop()");
    }
    Shutdown shutdown = child.spec().options().shutdown();
    long limit = Long.MAX_VALUE;   // unless it is limited
    if (shutdown instanceof Shutdown.Brutal) limit = 0;
    else if (shutdown instanceof Shutdown.Within within) limit = Time.toNanos(within.limit());
    if (limit > 0) {
      cell.stop();
      if (cell.awaitEnd(limit)) return;
    }
    context.lock();
    try {
      context.cancel(cell);
    } finally {
      context.unlock();
    }
    cell.awaitEnd(Long.MAX_VALUE);
  }

  /** {@return the stage that was started again; null if the child is a supervisor} */
  StageRef<?> restart(String name) {
    ensureNotDynamic("restart");
    Child child = known(name);
    if (child instanceof Child.OfStage stage) return supervisor.starts().startAgain(stage, stage.spec());
    startAgain(child);
    return null;
  }

  Supervisor restartSupervisor(String name) {
    ensureNotDynamic("restart");
    Child child = known(name);
    if (child instanceof Child.OfStage) throw new ScopeMisuseException("child \"" + name + "\" of " + supervisor
        + " is a stage, not a supervisor; use restartChild(\"" + name + "\")");
    return startAgain(child);
  }

  private Supervisor startAgain(Child child) {
    if (child instanceof Child.OfStoppedSupervisor stopped) return supervisor.starts().startAgain(stopped);
    context.lock();
    try {
      throw children.notStopped(child, "restarted");
    } finally {
      context.unlock();
    }
  }

  void delete(String name) {
    ensureNotDynamic("delete");
    Child child = known(name);
    context.lock();
    try {
      children.delete(child);
    } finally {
      context.unlock();
    }
  }

  private void ensureNotDynamic(String what) {
    if (supervisor.spec().strategy() != Strategy.DYNAMIC) return;
    throw new ScopeMisuseException(
        what + "() is not for a dynamic supervisor: " + supervisor + " forgets children that have ended");
  }

  private Child known(String name) {
    Objects.requireNonNull(name, "name must not be null");
    context.lock();
    try {
      return children.known(name);
    } finally {
      context.unlock();
    }
  }
}
