package stage.runtime.time;

/**
 * Is told of each turn and each wait of a stage that is watched, on the thread that is in it. It must not block, and
 * throws nothing.
 */
public interface Probe {
  /**
   * A callback is about to run.
   *
   * @param stage the path of its stage
   * @param what which
   * @return what {@link #ends} must be told; null if that is not of interest
   */
  Object turnBegins(String stage, Activity what);

  /**
   * A stage is about to wait.
   *
   * @param stage its path
   * @param what what for
   * @return what {@link #ends} must be told; null if that is not of interest
   */
  Object waitBegins(String stage, WaitState.Kind what);

  /**
   * It is over.
   *
   * @param begun what was answered when it began
   */
  void ends(Object begun);
}
