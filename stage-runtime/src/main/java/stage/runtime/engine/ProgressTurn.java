package stage.runtime.engine;

import stage.api.Outlet;
import stage.runtime.bridge.OnProgress;

/**
 * The part of a turn that tells a behaviour of the progress of its lanes. One per incarnation of a behaviour that wants
 * to know. The cell's thread only.
 */
final class ProgressTurn {
  private final OnProgress stage;
  private final ConsumerHalf half;
  private LaneInlet<?> told;     // the lane whose progress this turn has applied; null for none
  private boolean wasAlone;      // whether the last turn was for progress alone

  ProgressTurn(OnProgress stage, ConsumerHalf half) {
    this.stage = stage;
    this.half = half;
  }

  /** {@return whether there is progress to be told of in a turn without events} Looks only. */
  boolean isReady() {
    return next() != null;
  }

  private LaneInlet<?> next() {
    return half.progressing();
  }

  /**
   * {@return whether the next turn is for progress alone} Where there are events too, every other turn at most, so that
   * neither waits forever.
   */
  boolean takesTurn(boolean hasEvents) {
    wasAlone = isReady() && !(hasEvents && wasAlone);
    return wasAlone;
  }

  /** The whole of a turn without events. */
  void tell(Outlet<?> out) throws Exception {
    LaneInlet<?> inlet = next();
    if (inlet == null) return;
    inlet.seeProgress();
    tellOf(inlet, out);
  }

  /** The end of a turn that has handled events of a lane. */
  void tellAfterEvents(LaneInlet<?> inlet, Outlet<?> out) throws Exception {
    tellOf(inlet, out);
  }

  private void tellOf(LaneInlet<?> inlet, Outlet<?> out) throws Exception {
    if (!inlet.isProgressDue()) return;
    stage.onProgress(inlet, inlet.seenProgress(), out);
    told = inlet;
  }

  void commit() {
    if (told != null) told.applyProgress();
    told = null;
  }

  void rollback() {
    told = null;
  }
}
