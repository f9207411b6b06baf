package stage.runtime.engine;

import stage.api.Outlet;
import stage.api.ForeignThreadException;

/**
 * The outlet of a generator: each event is published at once, and {@code emit} waits for demand. One per incarnation;
 * the cell's thread only.
 */
final class GeneratorOutlet<O> implements Outlet<O> {
  private static final int EMITS_PER_LOOK = 1024;

  private final Cell<?> cell;
  private final ProducerHalf<O> half;
  private final GeneratorTurn turn;
  private final Handover fence;
  private Thread owner = Thread.currentThread();   // the cell's thread: of this turn, or the last one
  private int emitted;
  private int chores;        // those that the next line knows of
  private long left;         // demand that was seen and is not used up
  private boolean open;      // whether generate is running
  private boolean completed;

  GeneratorOutlet(Cell<?> cell, ProducerHalf<O> half) {
    this.cell = cell;
    this.half = half;
    this.fence = cell.incarnations().fence();
    this.turn = new GeneratorTurn(cell, cell.incarnations(), cell.signals(), half);
  }

  void open() {
    owner = Thread.currentThread();
    open = true;
  }

  void close() {
    open = false;
  }

  boolean isCompleted() {
    return completed;
  }

  @Override
  public void emit(O event) {
    if (event == null) throw new NullPointerException("event must not be null (Reactive Streams rule 2.13)");
    if (Thread.currentThread() != owner)
      throw new ForeignThreadException("emit()", owner.getName(), Thread.currentThread().getName());
    if (!open || completed) throw notOpen();
    fence.leave();
    try {
      accept(event);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      fence.enterAgain("generate");
      throw failure;
    }
    fence.enterAgain("generate");   // a message may have been served meanwhile
  }

  private void accept(O event) {
    cell.throwUnanswered();
    if (turn.hasNews()) {
      turn.serve();
      left = 0;   // lanes may have come or gone
    } else if (chores != cell.chores()) {
      left = 0;   // what waited may have used it up
    }
    chores = cell.chores();
    while (left <= 0) {
      left = half.demand();
      if (left <= 0) turn.awaitDemand();
    }
    left--;
    if (++emitted % EMITS_PER_LOOK == 0) cell.driver().breatheIfBusy();
    half.publish(event);
    try {
      cell.incarnations().commitStates();
    } finally {
      half.fenceAndWakeUnlessResting();
    }
    half.tellDropped();
  }

  @Override
  public long demand() {
    if (!open) return 0;
    if (Thread.currentThread() != owner)
      throw new ForeignThreadException("demand()", owner.getName(), Thread.currentThread().getName());
    fence.leave();   // nobody else is to change it meanwhile
    try {
      return half.demand();
    } finally {
      fence.enter();
    }
  }

  @Override
  public void complete() {
    if (Thread.currentThread() != owner)
      throw new ForeignThreadException("complete()", owner.getName(), Thread.currentThread().getName());
    completed = true;
  }

  private IllegalStateException notOpen() {
    return new IllegalStateException(completed
        ? "stage " + cell.path() + " has completed its outlet; nothing can be emitted after complete()"
        : "generate() of this incarnation of stage " + cell.path() + " is not running; emit within it");
  }
}
