package stage.runtime.engine;

import stage.api.DemandExceededException;
import stage.api.StageEndedException;
import stage.runtime.mailbox.Signals;

/** The way into a producer for events from outside: an {@link Intake} from the first of them on, and none before. */
final class IntakeDoor<O> implements Runnable {
  private final ProducerPort cell;
  private final ProducerHalf<O> half;
  private volatile Intake<O> intake;   // set once, under the graph's lock, by the first thread that emits from outside

  IntakeDoor(ProducerPort cell, ProducerHalf<O> half) {
    this.cell = cell;
    this.half = half;
  }

  /** {@return the intake, made if there is none yet} Any thread. */
  Intake<O> open() {
    Intake<O> there = intake;
    if (there == null) {
      cell.lock().lock();
      try {
        if (intake == null) intake =
            new Intake<>(cell, half.overflow(), cell.time().permits(0, "demand of the consumers of", cell.path()));
      } finally {
        cell.lock().unlock();
      }
      there = intake;
      cell.signals().set(Signals.HANDED_IN);
    }
    // After the intake is visible: either the cell sees and closes it when it ends, or this sees that the cell has
    // ended.
    if (!cell.isAlive()) throw new StageEndedException(cell.path(), cell.endReason());
    return there;
  }

  /**
   * Hands an event to a producer that does not block: one that has a place in its backlog. Any thread.
   *
   * @return whether it was accepted; not if the backlog is full, or the stage has ended
   */
  boolean tryEmit(O event) {
    try {
      open().emit(event);
      return true;
    } catch (DemandExceededException | StageEndedException refused) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  // ---- the cell's thread

  /** {@return whether more could be handed in than those outside have been told} */
  boolean canGrant() {
    Intake<O> there = intake;
    return there != null && there.canGrant(half);
  }

  /** Takes in what was handed in. */
  @Override
  public void run() {
    if (intake != null) intake.accept(half);
  }

  /** Before older events are delivered; see {@link Intake#dropOlder}. */
  void dropOlder() {
    if (intake != null) intake.dropOlder(half);
  }

  /** Refuses everybody from now on, if anybody was ever there. */
  void close() {
    if (intake != null) intake.close(half);
  }
}
