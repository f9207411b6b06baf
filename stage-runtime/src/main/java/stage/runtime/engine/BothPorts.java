package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.api.DeadLetter;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.runtime.bridge.EventWrapper;
import stage.runtime.lane.LaneEnd;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Driver;
import stage.runtime.time.Handles;
import stage.runtime.time.ShortLock;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;

/** A cell as its consuming and its emitting parts know it. The cell's thread only, but for what says otherwise. */
final class BothPorts implements ConsumerPort, ProducerPort, ThreadsPort {
  private static final VarHandle DEAD_LETTERED = Handles.of(MethodHandles.lookup(), "deadLettered", long.class);

  private final Cell<?> cell;
  private long deadLettered;   // opaque: readers want a whole number, and order nothing by it

  BothPorts(Cell<?> cell) {
    this.cell = cell;
  }

  @Override
  public String path() {
    return cell.path();
  }

  @Override
  public StepMachine machine() {
    return cell.steps();
  }

  @Override
  public boolean isRunning() {
    return cell.isRunning();
  }

  @Override
  public Driver driver() {
    return cell.driver();
  }

  @Override
  public Handover handover() {
    return cell.incarnations().handover();
  }

  @Override
  public boolean isGenerator() {
    return cell.isGenerator();
  }

  @Override
  public Tasks<?, ?> tasks() {
    return cell.incarnations().tasks();
  }

  @Override
  public Time time() {
    return cell.graph().time();
  }

  @Override
  public Signals signals() {
    return cell.signals();
  }

  @Override
  public ShortLock lock() {
    return cell.graph().lock();
  }

  @Override
  public Waits waits() {
    return cell.graph().waits();
  }

  @Override
  public boolean isAlive() {
    return cell.isAlive();
  }

  @Override
  public StopReason endReason() {
    return cell.endReason();
  }

  @Override
  public void ensureOwnThread(String what) {
    cell.ensureOwnThread(what);
  }

  @Override
  public void ensureForeignThread(String what) {
    cell.ensureForeignThread(what);
  }

  @Override
  public void inEngine(Runnable what) {
    cell.incarnations().inEngine(what);
  }

  @Override
  public boolean drainsWith(LaneEnd producer) {
    return cell.owner().supervision().endsWith(Cell.at(producer).owner().supervision());
  }

  @Override
  public void commitPoint(LaneInlet<?> inlet, int events) {
    boolean more = cell.incarnations().role().asksForMore();   // user code, so not within the engine
    inEngine(new Runnable() {
      @Override
      public void run() {
        cell.incarnations().commitPoint(inlet, events, more);
      }
    });
  }

  @Override
  public void deadLetter(Object event, Throwable cause, int attempts, String where) {
    long count = deadLettered + 1;
    Object shown = event instanceof EventWrapper wrapper ? wrapper.wrapped() : event;
    var letter = new DeadLetter(shown, cause, where, cell.incarnation(), attempts, time().instant(), count);
    DEAD_LETTERED.setOpaque(this, count);   // after what takes memory
    try {
      cell.owner().news().deadLettered(cell, letter, cell.options().deadLetters(), count);
    } catch (OutOfMemoryError full) {   // nobody was told, and it will be told again
      DEAD_LETTERED.setOpaque(this, count - 1);
      throw full;
    }
    if (event instanceof EventWrapper wrapper) wrapper.gaveUp(cause);
  }

  /** {@return how many events were given up on} Any thread. */
  long deadLettered() {
    return (long) DEAD_LETTERED.getOpaque(this);
  }

  @Override
  public void dropped(long events, String why) {
    cell.owner().news().dropped(cell, events, why);
  }

  @Override
  public boolean isConsumer() {
    return cell.isConsumer();
  }

  @Override
  public void wake() {
    cell.wake();
  }

  @Override
  public void returned(SubscriptionSnapshot last) {
    cell.owner().news().returned(last);
  }

  @Override
  public void returnedAfterEnd(int events) {
    cell.owner().news().returnedAfterEnd(cell, events);
  }
}
