package stage.runtime.engine;

import stage.api.Redelivery;
import stage.runtime.time.Activity;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/**
 * What a cell does differently by the kind of its stage: when it takes a turn, and which callback that is. One per
 * incarnation.
 */
abstract class Role {
  final StageMemory memory;
  final Handover handover;

  Role(CellParts parts) {
    this.memory = parts.memory();
    this.handover = parts.handover();
  }

  /** {@return whether there is a turn to take} Looks only. */
  abstract boolean hasTurn();

  /** {@return whether it takes events even while nothing is wanted of it} */
  boolean takesAhead() {
    return false;
  }

  /** Takes a turn; there is one. */
  abstract void turn() throws Exception;

  /**
   * The turn was good: publishes and settles what it did, keeps its states, and wakes the cells concerned. If it
   * throws, nothing was published, or everything.
   */
  abstract void commit();

  /** The turn threw: undoes what it did. */
  abstract void rollback();

  /** The turn that was undone has crashed the stage, which is restarted. */
  void redeliver(Redelivery redelivery, Throwable cause) {}

  /** The turn that was undone is no reason to suspect its batch. */
  void forgive() {}

  /** The turn that was undone has failed, and the incarnation goes on without what made it fail. */
  void skip(Throwable cause) {}

  /** {@return whether the turn that was undone had a batch} */
  boolean hasCrashedBatch() {
    return false;
  }

  /** Publishes, in the middle of a turn, what it has emitted so far. */
  void commitOutput() {}

  /**
   * Keeps, in the middle of a turn, which subscriptions it has closed and opened so far. Returns whether their
   * producers must be woken, after a full fence.
   */
  boolean commitGates() {
    return false;
  }

  /** Any turn of user code begins, of this role's own or a call, a cast, a timer. */
  abstract void beginTurn();

  /** {@return what the cell waits for when there is nothing to do} */
  abstract WaitState.Kind idle();

  /** See {@link stage.runtime.time.StepMachine#wantsRest}. */
  boolean wantsRest(Time time) {
    return false;
  }

  /** See {@link stage.runtime.time.StepMachine#mayRest}. */
  boolean mayRest() {
    return false;
  }

  /** {@return the name of the callback that {@link #turn} runs} */
  abstract Activity callback();

  /** {@return whether the outlet was completed} */
  boolean isCompleted() {
    RoleOutlet<?> outlet = outlet();
    return outlet != null && outlet.isCompleted();
  }

  /** {@return the outlet; null for a consumer} */
  RoleOutlet<?> outlet() {
    return null;
  }

  /** {@return whether a generator's one turn is running} */
  boolean isGenerating() {
    return false;
  }

  /** {@return whether it may take no events now, though it is not paused and there may be some} */
  boolean isShut() {
    return false;
  }

  /** {@return whether the behaviour has something left to do in further turns} User code. */
  boolean asksForMore() {
    return false;
  }

  /** {@return whether the behaviour waits for others, so that a drain waits for it} */
  boolean lingers() {
    return false;
  }

  /** {@return the clock that tells when nothing has come for a while; null if the behaviour does not want to know} */
  IdleClock idleClock() {
    return null;
  }

  /** Runs the callback for the end of one subscription. */
  void inputEnded(LaneInlet<?> inlet) throws Exception {}

  /** Runs the callback for the end of all input. */
  void inputCompleted() throws Exception {}

  /** Runs the callback for a subscription that this incarnation has not been told of. */
  void subscribed(LaneInlet<?> inlet) throws Exception {}

  /** There may be demand that the author was not told of. */
  void wakeUp() {}
}
