package stage.runtime.engine;

import java.util.Map;
import java.util.Set;
import stage.api.StageSnapshot;
import stage.api.StopReason;

/** Where a cell stands in its life. */
sealed interface Phase {
  // Starting   -> Running      onStart returned
  // Starting   -> BackingOff   the factory or onStart threw, in a restart
  // Starting   -> Ended        the same at the first start, or once too often; or the cell was cancelled
  // Starting   -> Draining     stopped before it had started
  // Running    -> Starting     a turn threw, and the cell is restarted
  // Running    -> BackingOff   the same, after a delay
  // Running    -> Draining     nothing more will be emitted: completed, or stopped
  // Running    -> Ended        a turn threw once too often, a producer failed, or the cell was cancelled
  // Running    -> Held         its supervisor restarts it together with others
  // BackingOff -> Starting     the delay is over
  // BackingOff -> Held         as from Running; so from Starting, in a restart
  // BackingOff -> Ended        cancelled; so from Held
  // Held       -> Starting     released
  // Held       -> Draining     stopped
  // BackingOff -> Draining     stopped
  // Draining   -> Ended        everything is delivered, or the cell was cancelled

  /** The next step makes a behaviour and starts it. */
  record Starting() implements Phase {
    @Override
    public StageSnapshot.Status status() {
      return StageSnapshot.Status.STARTING;
    }
  }

  /** Has crashed and waits for its next incarnation. */
  record BackingOff(long untilNanos) implements Phase {
    @Override
    public StageSnapshot.Status status() {
      return StageSnapshot.Status.BACKING_OFF;
    }
  }

  /** Has no incarnation; its supervisor will release it. */
  record Held() implements Phase {
    @Override
    public StageSnapshot.Status status() {
      return StageSnapshot.Status.HELD;
    }
  }

  /** Takes turns. */
  record Running() implements Phase {
    @Override
    public StageSnapshot.Status status() {
      return StageSnapshot.Status.RUNNING;
    }
  }

  /** The one that all cells share which run. */
  Running RUNNING = new Running();

  /** Takes no turns any more; what it has emitted is still being delivered. */
  record Draining(StopReason reason) implements Phase {
    @Override
    public StageSnapshot.Status status() {
      return StageSnapshot.Status.DRAINING;
    }

    @Override
    public StopReason endReason() {
      return reason;
    }
  }

  /** Final. */
  record Ended(StopReason reason) implements Phase {
    @Override
    public StageSnapshot.Status status() {
      return StageSnapshot.Status.ENDED;
    }

    @Override
    public StopReason endReason() {
      return reason;
    }
  }

  /** {@return this, as users see it} */
  StageSnapshot.Status status();

  /** {@return why the cell has ended, or is about to; null if it is not} */
  default StopReason endReason() {
    return null;
  }

  /** The list above as data. */
  Map<Class<? extends Phase>, Set<Class<? extends Phase>>> NEXT = Map.of(
      Starting.class, Set.of(Running.class, BackingOff.class, Held.class, Draining.class, Ended.class),
      Running.class, Set.of(Starting.class, BackingOff.class, Held.class, Draining.class, Ended.class),
      BackingOff.class, Set.of(Starting.class, Held.class, Draining.class, Ended.class),
      Held.class, Set.of(Starting.class, Draining.class, Ended.class),
      Draining.class, Set.of(Ended.class),
      Ended.class, Set.of());

  /**
   * {@return this phase} Fails unless it may follow on the one before, or is the same: with a full heap a step may have
   * to be made again.
   */
  default Phase after(Phase before) {
    if (before.getClass() == getClass() || NEXT.get(before.getClass()).contains(getClass())) return this;
    throw new IllegalStateException("a cell that is " + before + " must not become " + this);
  }
}
