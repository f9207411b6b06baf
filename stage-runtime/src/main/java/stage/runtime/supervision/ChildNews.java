package stage.runtime.supervision;

import java.util.concurrent.CancellationException;
import stage.api.ProducerSpec;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.observe.StageEvent;
import stage.runtime.engine.Cell;

/** What the stages of a supervisor tell it: their starts, holds and ends move restarts and shutdowns on. */
final class ChildNews extends CellNews {
  ChildNews(SupervisorCell supervisor) {
    super(supervisor);
  }

  @Override
  public void notStarted(Cell<?> cell) {
    context.lock();
    try {
      context.noteEnding(cell);
      Child.OfStage child = supervisor.members().of(cell);
      if (child == null) return;
      supervisor.members().forget(child);
      if (child.leavesNoTrace()) supervisor.members().remove(child);
      supervisor.shutdown().endIfEmpty();
    } finally {
      context.unlock();
    }
  }

  @Override
  public void held(Cell<?> cell, boolean waits) {
    context.lock();
    try {
      Child.OfStage child = supervisor.members().of(cell);
      if (child != null) supervisor.faultHandling().held(child, waits);
    } finally {
      context.unlock();
    }
  }

  @Override
  public void restarted(Cell<?> cell) {
    context.lock();
    try {
      supervisor.counters().restarts++;
      Child.OfStage child = supervisor.members().of(cell);
      if (child != null) supervisor.faultHandling().restarted(child);
    } finally {
      context.unlock();
    }
    context.tell(new StageEvent.Restarted(cell.path(), cell.incarnation()));
  }

  @Override
  public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
    context.lock();
    try {
      Child.OfStage child = supervisor.members().of(cell);
      context.noteEnd(cell, last);
      // That a producer was cancelled is no failure of its consumers, which are being cancelled too.
      boolean byCancel = supervisor.isCancelling()
          && reason instanceof StopReason.ProducerFailed(var producer, var cause)
          && cause instanceof CancellationException;
      if (reason.isFailure() && !byCancel && !contained) supervisor.failed(cell, child, reason, during);
      if (child == null) return;
      if (reason instanceof StopReason.Stopped && child.spec() instanceof ProducerSpec) context.noteCutShort();
      FaultHandling waiting = supervisor.faultHandling().whoWaitsFor(child);
      boolean ofItsOwn = !child.isStopping() && !cell.hasFailedToStart() && !supervisor.isDraining();
      supervisor.members().forget(child);
      supervisor.members().forgetEnded(child);
      FaultHandling.advance(waiting);
      if (ofItsOwn) supervisor.shutdown().significantEnded(child, reason);
      supervisor.shutdown().endIfEmpty();
    } finally {
      context.unlock();
    }
    context.tell(new StageEvent.Ended(cell.path(), reason));
  }
}
