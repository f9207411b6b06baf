package stage.runtime.supervision;

import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.StageEvent;
import stage.api.supervision.StageFailedException;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.Directive;
import stage.runtime.engine.Watching;
import stage.runtime.time.Activity;

/**
 * Looks after cells that serve the children of a supervisor and are no children themselves: the ends of bridges. They
 * are never restarted, take no part in group restarts, and fail nobody but those subscribed to them; else they live and
 * end with the others.
 */
final class BridgeOwner implements CellOwner {
  private final SupervisorCell supervisor;
  private final ScopeContext context;
  private final LogRateLimit crashLines;

  BridgeOwner(SupervisorCell supervisor) {
    this.supervisor = supervisor;
    this.context = supervisor.shared();
    this.crashLines = new LogRateLimit(supervisor.time().nanos());
  }

  SupervisorCell supervisor() {
    return supervisor;
  }

  @Override
  public Watching watching() {
    return context.watching();
  }

  /** {@return the supervisor that an owner of cells is, or belongs to} */
  static CellOwner supervisorOf(CellOwner owner) {
    return owner instanceof BridgeOwner companions ? companions.supervisor : owner;
  }

  @Override
  public <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
    C cell = companion.apply(this);
    context.locked(() -> supervisor.members().admitCompanion(cell));
    Throwable refusal;
    try {
      refusal = cell.startAndAwaitAnyway();   // a subscriber is subscribed, or told why not, on any thread
    } catch (Throwable noThread) {   // such as an OutOfMemoryError
      refusal = noThread;
    }
    if (refusal != null) {
      context.locked(() -> {
        context.noteEnding(cell);
        supervisor.members().forgetCompanion(cell);
        supervisor.shutdown().endIfEmpty();
      });
      throw new StageFailedException(cell.path(), "onStart", refusal);
    }
    try {
      connect.accept(cell);
    } catch (Throwable refused) {
      cell.stop();
      throw refused;
    }
    context.locked(supervisor.members()::lookWhetherQuiet);   // it may be one that takes dead letters
  }

  @Override
  public Consumer<Runnable> around() {
    return supervisor.around();
  }

  @Override
  public ClassLoader contextClassLoader() {
    return supervisor.contextClassLoader();
  }

  @Override
  public boolean endsWith(CellOwner other) {
    return supervisor.endsWith(other);
  }

  @Override
  public void started(Cell<?> cell) {
    supervisor.started(cell);
  }

  @Override
  public Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip) {
    context.tell(new StageEvent.Crashed(cell.path(), incarnation, cause, during.text()));
    context.locked(() -> supervisor.counters().crashes++);
    var log = new CrashLog(supervisor.path(), cell.path().substring(supervisor.path().length() + 1), incarnation,
        "crashed in=" + during.text(), cause);
    log.saysUncounted("NONE: it is the end of a bridge");
    log.write(context, crashLines);
    return new Directive.End(false);
  }

  @Override
  public Directive completed(Cell<?> cell, Throwable onceTooOften) {
    return new Directive.End(true);
  }

  @Override
  public void held(Cell<?> cell, boolean waits) {
    throw new IllegalStateException("nobody holds " + cell.path() + ", which takes no part in group restarts");
  }

  @Override
  public void restarted(Cell<?> cell) {
    throw new IllegalStateException("nobody restarts " + cell.path());
  }

  @Override
  public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
    context.locked(() -> {
      context.noteEndOfHelper(cell, last);
      if (reason instanceof StopReason.Crashed crashed && FaultHandling.isOfTheMachine(crashed.cause())) {
        supervisor.root().shutdown().failed(cell, reason, during, supervisor.root().faultHandling().history());
      }
      supervisor.members().forgetCompanion(cell);
      supervisor.shutdown().endIfEmpty();
    });
    context.tell(new StageEvent.Ended(cell.path(), reason));
  }

  // ---- as for any other cell

  @Override
  public void tookOver(Cell<?> cell, Thread old) {
    supervisor.tookOver(cell, old);
  }

  @Override
  public void kill(Cell<?> cell) {
    supervisor.kill(cell);
  }

  @Override
  public void cancel(Cell<?> cell) {
    supervisor.cancel(cell);
  }

  @Override
  public void interrupt(Cell<?> cell, Runnable tell) {
    supervisor.interrupt(cell, tell);
  }

  @Override
  public void overdue(Cell<?> cell) {
    supervisor.overdue(cell);
  }

  @Override
  public void returned(SubscriptionSnapshot last) {
    supervisor.returned(last);
  }

  @Override
  public void returnedAfterEnd(Cell<?> cell, int events) {
    supervisor.returnedAfterEnd(cell, events);
  }

  @Override
  public void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
    supervisor.deadLettered(cell, letter, handler, count);
  }

  @Override
  public void suppressed(Cell<?> cell, Throwable thrown) {
    supervisor.suppressed(cell, thrown);
  }

  @Override
  public void dropped(Cell<?> cell, long events, String why) {
    supervisor.dropped(cell, events, why);
  }
}
