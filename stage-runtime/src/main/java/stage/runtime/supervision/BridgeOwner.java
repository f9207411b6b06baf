package stage.runtime.supervision;

import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.observe.StageEvent;
import stage.api.supervision.StageFailedException;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.CellStart;
import stage.runtime.engine.Directive;
import stage.runtime.time.Activity;

/**
 * Looks after cells that serve the children of a supervisor and are no children themselves: the ends of bridges. They
 * are never restarted, take no part in group restarts, and fail nobody but those subscribed to them; else they live and
 * end with the others.
 */
final class BridgeOwner extends CellNews implements CellOwner.Supervision {
  private final LogRateLimit crashLines;

  BridgeOwner(SupervisorCell supervisor) {
    super(supervisor);
    this.crashLines = new LogRateLimit(supervisor.time().nanos());
  }

  SupervisorCell supervisor() {
    return supervisor;
  }

  /** {@return the supervisor that an owner of cells is, or belongs to} */
  static CellOwner.Supervision supervisorOf(CellOwner.Supervision owner) {
    return owner instanceof BridgeOwner companions ? companions.supervisor : owner;
  }

  @Override
  public <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
    C cell = companion.apply(new CellOwner(this, this, context));
    context.lock();
    try {
      supervisor.members().admitCompanion(cell);
    } finally {
      context.unlock();
    }
    Throwable refusal;
    try {
      refusal = CellStart.startAndAwaitAnyway(cell);   // a subscriber is subscribed, or told why not, on any thread
    } catch (Throwable noThread) {   // such as an OutOfMemoryError
      refusal = noThread;
    }
    if (refusal != null) {
      context.lock();
      try {
        context.noteEnding(cell);
        supervisor.members().forgetCompanion(cell);
        supervisor.shutdown().endIfEmpty();
      } finally {
        context.unlock();
      }
      throw new StageFailedException(cell.path(), "onStart", refusal);
    }
    try {
      connect.accept(cell);
    } catch (Throwable refused) {
      cell.stop();
      throw refused;
    }
    context.lock();
    try {
      supervisor.members().lookWhetherQuiet();   // it may be one that takes dead letters
    } finally {
      context.unlock();
    }
  }

  @Override
  public boolean endsWith(CellOwner.Supervision other) {
    return supervisor.endsWith(other);
  }

  @Override
  public Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip) {
    context.tell(new StageEvent.Crashed(cell.path(), incarnation, cause, during.text()));
    var log = new CrashLog(supervisor.path(), cell.path().substring(supervisor.path().length() + 1), incarnation,
        "crashed in=" + during.text(), cause);
    log.saysUncounted("NONE: it is the end of a bridge");
    log.write(context, crashLines);
    var end = new Directive.End(false);
    context.lock();
    try {
      supervisor.counters().crashes++;   // last: on a full heap all this is done again
    } finally {
      context.unlock();
    }
    return end;
  }

  @Override
  public Directive completed(Cell<?> cell, Throwable onceTooOften) {
    return new Directive.End(true);
  }

  @Override
  public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
    context.lock();
    try {
      context.noteEndOfHelper(cell, last);
      if (reason instanceof StopReason.Crashed crashed && FaultHandling.isOfTheMachine(crashed.cause())) {
        supervisor.root().shutdown().failed(cell, reason, during, supervisor.root().faultHandling().history());
      }
      supervisor.members().forgetCompanion(cell);
      supervisor.shutdown().endIfEmpty();
    } finally {
      context.unlock();
    }
    context.tell(new StageEvent.Ended(cell.path(), reason));
  }
}
