package stage.runtime.bridge;

import stage.api.Outlet;

/** A built-in behaviour that other threads can notify. */
@FunctionalInterface
public interface OnNotify {
  /**
   * Runs as a turn after {@link BridgeContext#notifyBridge}, but not while the stage is paused.
   *
   * @param out the stage's outlet; null for a consumer
   * @throws Exception a crash of the stage
   */
  void onNotify(Outlet<?> out) throws Exception;
}
