package stage.runtime.engine;

import stage.api.ForeignThreadException;
import stage.runtime.time.Activity;
import stage.runtime.time.ThreadNames;

/**
 * The outlet of a generator: each event is published at once, and {@code emit} waits for demand. One per incarnation;
 * the cell's thread only.
 */
final class GeneratorOutlet<O> implements RoleOutlet<O> {
  private static final int EMITS_PER_LOOK = 1024;

  private final GeneratorPort turn;
  private final StageMemory memory;
  private final ProducerHalf<O> half;
  private final Handover handover;
  private final boolean asks;   // whether the dispatcher has functions of users
  private Thread owner = Thread.currentThread();   // the cell's thread: of this turn, or the last one
  private int emitted;
  private long left;         // demand that was seen and is not used up
  private boolean open;      // whether generate is running
  private boolean completed;

  GeneratorOutlet(CellParts parts, ProducerHalf<O> half) {
    this.turn = parts.turn();
    this.memory = parts.memory();
    this.half = half;
    this.handover = parts.handover();
    this.asks = half.asksUsers();
  }

  void open() {
    owner = Thread.currentThread();
    open = true;
  }

  void close() {
    open = false;
  }

  @Override
  public boolean isCompleted() {
    return completed;
  }

  @Override
  public void emit(O event) {
    if (event == null) throw new NullPointerException("event must not be null (Reactive Streams rule 2.13)");
    if (Thread.currentThread() != owner)
      throw foreign("emit()");
    if (!open || completed) throw notOpen();
    handover.leave();
    try {
      if (asks) acceptAsking(event);
      else accept(event);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      handover.enterAgain(Activity.GENERATE);
      throw failure;
    }
    handover.enterAgain(Activity.GENERATE);   // a message may have been served meanwhile
  }

  private void acceptAsking(O event) {
    turn.beginAsking();
    try {
      accept(event);
    } finally {
      turn.endAsking();
    }
  }

  private void accept(O event) {
    if (turn.serveOthers()) left = 0;
    while (left <= 0) {
      left = half.demand();
      if (left <= 0) turn.awaitDemand();
    }
    left--;
    if (++emitted % EMITS_PER_LOOK == 0) turn.breatheIfBusy();
    half.publish(event);
    try {
      memory.commit();
    } finally {
      half.fenceAndWakeUnlessResting();
    }
    half.tellDropped();
  }

  @Override
  public long demand() {
    if (!open) return 0;
    if (Thread.currentThread() != owner)
      throw foreign("demand()");
    handover.leave();   // no other thread may change it meanwhile
    try {
      return half.demand();
    } finally {
      handover.enter();
    }
  }

  @Override
  public void complete() {
    if (Thread.currentThread() != owner)
      throw foreign("complete()");
    completed = true;
  }

  private ForeignThreadException foreign(String what) {
    return new ForeignThreadException(what, ThreadNames.of(owner), ThreadNames.of(Thread.currentThread()));
  }

  private IllegalStateException notOpen() {
    return new IllegalStateException(completed
        ? "stage " + turn.path() + " has completed its outlet; nothing can be emitted after complete()"
        : "generate() of this incarnation of stage " + turn.path() + " is not running; emit within it");
  }
}
