package stage.runtime.engine;

import stage.api.Outlet;

/** A behaviour of the runtime's that another thread may want something of at any time. */
@FunctionalInterface
public interface Nudged {
  /**
   * Runs as a turn after {@link Insider#nudge}, but not while the stage is paused.
   *
   * @param out the stage's outlet; null for a consumer
   * @throws Exception a crash of the stage
   */
  void onNudge(Outlet<?> out) throws Exception;
}
