package stage.runtime.supervision;

import java.util.Objects;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StageSpec;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Assembly;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.CellStart;
import stage.runtime.engine.StartFailure;
import stage.runtime.engine.StartSequence;
import stage.runtime.time.ThreadNames;

/**
 * Starts the children of one supervisor, for the first time and again, and runs its init. On the thread of the caller,
 * which waits.
 */
final class ChildStarts {
  private final SupervisorCell supervisor;
  private final Children children;
  private final ScopeContext context;
  private final CellOwner owner;   // of its stages
  private final SpecChecks checks;
  private volatile Assembly assembly;      // the thread that runs its init; null but while that runs outside of another
  private volatile StartSequence starts;   // the same thread; null but while it runs its init

  ChildStarts(SupervisorCell supervisor, CellOwner owner, SpecChecks checks) {
    this.supervisor = supervisor;
    this.children = supervisor.members();
    this.context = supervisor.shared();
    this.owner = owner;
    this.checks = checks;
  }

  // ---- stages

  <S extends Stage.Behaviour> StageRef<S> start(StageSpec<S> spec) {
    Objects.requireNonNull(spec, "spec must not be null; make one with Stage.producer(…), Stage.consumer(…)");
    checks.ensureSignificanceFits(spec.name(), spec.options().significant());
    checks.warnOfTooManyAttempts(spec);
    StartSequence starts = startsOfThisInit();
    if (starts == null) endPredecessor(spec.name());   // in a new supervisor there is none
    else ensureNoneHasFailed(starts);
    Cell<S> cell = cellOf(spec);
    var child = new Child.OfStage(spec, cell, callerName(), false);
    try {
      context.lock();
      try {
        children.admit(child, "stage");
      } finally {
        context.unlock();
      }
      if (starts == null) startAndAwait(cell);
      else starts.add(cell);
    } catch (Throwable failure) {
      context.lock();
      try {
        children.dropOnceEnded(child);
      } finally {
        context.unlock();
      }
      supervisor.holdIfExiting();
      throw failure;
    }
    return cell.ref();
  }

  /** Starts a stage that has ended, under its name and with its spec. */
  <S extends Stage.Behaviour> StageRef<S> startAgain(Child.OfStage stopped, StageSpec<S> spec) {
    Cell<S> cell = cellOf(spec);
    cell.follows(stopped.lastBehaviour());
    var child = new Child.OfStage(spec, cell, callerName(), true);
    context.lock();
    try {
      children.readmit(stopped, child);
    } finally {
      context.unlock();
    }
    startAndAwait(cell);
    return cell.ref();
  }

  private <S extends Stage.Behaviour> Cell<S> cellOf(StageSpec<S> spec) {
    return Cell.of(spec, supervisor.path(), context.graph(), owner, assembling());
  }

  private String callerName() {
    return ThreadNames.of(supervisor.time().current());
  }

  /** Whatever is thrown, the cell stays a child until it has ended. */
  private void startAndAwait(Cell<?> cell) {
    StartFailure failure = CellStart.startAndAwait(cell);
    if (failure != null) throw failed(cell.path(), failure);
    lookWhetherQuiet();
  }

  /** A stage that has started may be one that takes dead letters. */
  private void lookWhetherQuiet() {
    if (!supervisor.deadLetterProducer().isThere()) return;
    context.lock();
    try {
      children.lookWhetherQuiet();
    } finally {
      context.unlock();
    }
  }

  private static StageFailedException failed(String path, StartFailure failure) {
    if (failure.hadStarted()) ChildStarts.<RuntimeException>sneak(failure.cause());
    return new StageFailedException(path, failure.during().text(), failure.cause());
  }

  @SuppressWarnings("unchecked")   // a refused subscription is thrown as it is; all that it throws is unchecked
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }

  /**
   * A stage that starts a child does so again in its next incarnation: the child that its earlier one has started makes
   * way.
   */
  private void endPredecessor(String name) {
    Child before;
    context.lock();
    try {
      before = children.named(name);
    } finally {
      context.unlock();
    }
    if (before == null || !isOfEarlierIncarnation(before.startedOn())) return;
    if (before instanceof Child.OfStage stage) supervisor.management().stop(stage);
    else if (before instanceof Child.OfSupervisor below) below.supervisor().close();
    context.lock();
    try {
      children.remove(before);
    } finally {
      context.unlock();
    }
  }

  /**
   * {@return whether that is the name of the calling thread in an earlier incarnation of the stage whose thread it is}
   */
  private boolean isOfEarlierIncarnation(String thread) {
    String caller = callerName();
    int at = caller.lastIndexOf('#');
    return at >= 0 && !thread.equals(caller) && thread.startsWith(caller.substring(0, at + 1))
        && supervisor.root().isOwnStage();
  }

  // ---- supervisors

  Supervisor start(SupervisorSpec spec, SupervisorInit init) {
    Objects.requireNonNull(spec, "spec must not be null; make one with SupervisorSpec.of(…)");
    Objects.requireNonNull(init, "init must not be null");
    checks.ensureSignificanceFits(spec.name(), spec.significant());
    SpecChecks.ensureMayShutItselfDown(spec);
    StartSequence starts = startsOfThisInit();
    if (starts != null) awaitAll(starts);   // its children come after those
    endPredecessor(spec.name());
    var below = new ChildSupervisor(spec, context, supervisor);
    var child = new Child.OfSupervisor(below, init, callerName());
    try {
      context.lock();
      try {
        children.admit(child, "supervisor");
      } finally {
        context.unlock();
      }
    } catch (ScopeMisuseException refused) {
      supervisor.holdIfExiting();
      throw refused;
    }
    below.starts().runInit(init);
    return below;
  }

  /** Runs the init of a supervisor that has ended once more. If that throws, it stays stopped. */
  Supervisor startAgain(Child.OfStoppedSupervisor stopped) {
    var below = new ChildSupervisor(stopped.spec(), context, supervisor);
    var child = new Child.OfSupervisor(below, stopped.init(), callerName());
    context.lock();
    try {
      children.readmit(stopped, child);
      below.keepOnceEnded(true);
    } finally {
      context.unlock();
    }
    below.starts().runInit(stopped.init());
    context.lock();
    try {
      below.keepOnceEnded(false);
    } finally {
      context.unlock();
    }
    return below;
  }

  // ---- the init

  /**
   * Runs the supervisor's init, and waits until all stages of it have started. Those that emit begin when the outermost
   * init has returned.
   */
  void runInit(SupervisorInit init) {
    Assembly own = assembling() == null ? new Assembly() : null;
    assembly = own;
    var all = new StartSequence(context.graph(), supervisor.path());
    starts = all;
    try {
      init.start(supervisor);
      awaitAll(all);
    } catch (Throwable failure) {
      starts = null;
      all.giveUp(failure);
      var failed = new StageFailedException(supervisor.path(), "its start", failure);
      try {
        supervisor.unwind();
      } catch (RuntimeException other) {
        failed.addSuppressed(other);
      }
      if (failure instanceof InterruptedException) Thread.currentThread().interrupt();
      throw failed;
    } finally {
      starts = null;
      assembly = null;
      if (own != null) own.finish();
    }
  }

  /** {@return in what the calling thread starts stages; null if it runs no init of this supervisor} */
  private StartSequence startsOfThisInit() {
    StartSequence running = starts;
    return running != null && running.isOfThisThread() && !Thread.currentThread().isInterrupted() ? running : null;
  }

  private static void ensureNoneHasFailed(StartSequence starts) {
    if (starts.failedPath() != null) throw failed(starts.failedPath(), starts.failure());
  }

  private void awaitAll(StartSequence starts) {
    starts.await();
    ensureNoneHasFailed(starts);
    lookWhetherQuiet();
  }

  /** {@return the assembly of the outermost init that is running; null if none is} */
  private Assembly assembling() {
    Assembly outermost = null;
    for (SupervisorCell here = supervisor; here != null; here = here.parent()) {
      Assembly running = here.starts().assembly;
      if (running != null) outermost = running;
    }
    return outermost;
  }

  /** Refuses to wait for stages in the init that starts them. Any thread. */
  void ensureBegun(String what) {
    Assembly running = assembling();
    if (running != null) running.ensureMayWait(what, supervisor.toString());
  }
}
