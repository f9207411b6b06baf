package stage.runtime.engine;

import java.util.function.Supplier;
import stage.api.RunSnapshot;
import stage.api.StageRef;

/** Lets those who plan pipelines tell what a stage does in one. */
public final class StageRuns {
  private StageRuns() {}

  /**
   * Has snapshots of a stage show what it does.
   *
   * @param stage which
   * @param run tells; asked by any thread, and waits for nobody
   */
  public static void tell(StageRef<?> stage, Supplier<RunSnapshot> run) {
    if ((Object) stage instanceof CellRef<?> ref) ref.cell().run(run);
  }
}
