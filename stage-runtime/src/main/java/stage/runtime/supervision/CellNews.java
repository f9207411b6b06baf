package stage.runtime.supervision;

import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.StageKilledException;
import stage.api.observe.StageEvent;
import stage.runtime.engine.Cell;

/** What the cells of a supervisor tell it: here, whatever kind of cell it is. It is counted, logged and told on. */
class CellNews extends ScopeNews {
  final SupervisorCell supervisor;

  CellNews(SupervisorCell supervisor) {
    super(supervisor.shared());
    this.supervisor = supervisor;
  }

  @Override
  public void started(Cell<?> cell) {
    context.tell(new StageEvent.Started(cell.path()));
  }

  @Override
  public void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
    var event = new StageEvent.DeadLettered(letter);
    var unhandled = new Unhandled(supervisor);
    context.lock();
    try {
      supervisor.counters().deadLetters++;
    } finally {
      context.unlock();
    }
    try {
      context.tell(event);
      supervisor.deadLetterQueue().take(cell, letter, handler, count, unhandled);
    } catch (OutOfMemoryError full) {   // it is counted, and nobody is told again
      unhandled.run();
    }
  }

  private record Unhandled(SupervisorCell supervisor) implements Runnable {
    @Override
    public void run() {
      supervisor.deadLetterUnhandled();
    }
  }

  @Override
  public void dropped(Cell<?> cell, long events, String why) {
    context.lock();
    try {
      supervisor.counters().eventsDropped += events;
      context.noteDropped(events);
    } finally {
      context.unlock();
    }
    context.warnOfDropped(cell.path(), events, why);
    context.tell(new StageEvent.Dropped(cell.path(), events, why));
  }

  @Override
  public void suppressed(Cell<?> cell, Throwable thrown) {
    context.lock();
    try {
      supervisor.counters().errorsAfterCancel++;
    } finally {
      context.unlock();
    }
    context.log(System.Logger.Level.DEBUG,
        "stage " + cell.path() + " threw after it was told to give up what it was doing", thrown);
  }

  @Override
  public void madeAgain(Cell<?> cell, Object behaviour) {
    context.log(System.Logger.Level.WARNING,
        "the factory of stage " + cell.path() + " returned the behaviour of the previous incarnation again, a "
            + behaviour.getClass().getName() + ", whose fields still have the values of that incarnation; unless they"
            + " never change, it must make a new one each time",
        null);
  }

  @Override
  public void tookOver(Cell<?> cell, Thread old) {
    int incarnation = cell.incarnation();
    int most = supervisor.root().spec().options().maxAbandoned();
    context.log(System.Logger.Level.ERROR,
        "supervisor=" + supervisor.path() + " child=" + cell.name() + "#" + incarnation
            + " ignored its interrupt; its thread was abandoned, " + abandonedNow() + "/" + most
            + "; where it is:",
        stackOf(old));
    context.tell(new StageEvent.Abandoned(cell.path(), incarnation, old.getName()));
  }

  private int abandonedNow() {
    context.lock();
    try {
      return context.abandonedNow();
    } finally {
      context.unlock();
    }
  }

  private Throwable stackOf(Thread thread) {
    var stack = new StageKilledException("the stack of thread " + thread.getName());
    stack.setStackTrace(supervisor.time().stackOf(thread));
    return stack;
  }
}
