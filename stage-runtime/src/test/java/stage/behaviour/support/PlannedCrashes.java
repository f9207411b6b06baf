package stage.behaviour.support;

/** Where a stage is to crash; it outlives the incarnations that do. */
public final class PlannedCrashes {
  private static final Once NEVER = new Once(0, null);

  public volatile Once onStart = NEVER;
  public volatile Once onStop = NEVER;
  /** At the beginning of a turn. */
  public volatile Once before = NEVER;
  /** At the end of a turn, when everything is done. */
  public volatile Once after = NEVER;
  public volatile Once onSubscribe = NEVER;
  public volatile Once onComplete = NEVER;
}
