package stage.runtime.bridge;

import stage.api.StopReason;

/** What the cell of a bridge keeps from its first incarnation to its end. */
@FunctionalInterface
public interface BridgeResource {
  /**
   * The cell ends, and there will be no other incarnation. Called once, on the cell's thread, after {@code onStop} and
   * before anybody is told of the end; not if the thread was abandoned on the way here.
   *
   * @param reason why
   * @throws Exception logged, and changes nothing
   */
  void over(StopReason reason) throws Exception;
}
