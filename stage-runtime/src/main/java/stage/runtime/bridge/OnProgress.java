package stage.runtime.bridge;

import stage.api.Inlet;
import stage.api.Outlet;
import stage.runtime.lane.Progress;

/** A consumer or producer-consumer of the runtime that is told of the progress of its lanes. */
public interface OnProgress {
  /**
   * Everything on a lane that was emitted before this progress is handled. Runs at the end of the turn that handled the
   * last of it, as a part of that turn, or in a turn of its own. If the turn throws, it is told again. Progress in
   * between may have been left out, never the last.
   *
   * @param from the lane
   * @param progress what its producer vouches for now
   * @param out the stage's outlet; null for a consumer
   * @throws Exception a crash of the stage
   */
  void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) throws Exception;
}
