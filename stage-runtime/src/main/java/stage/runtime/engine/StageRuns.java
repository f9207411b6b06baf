package stage.runtime.engine;

import java.util.function.Supplier;
import stage.api.RunSnapshot;
import stage.api.StageRef;

/** What those who plan pipelines do with stages beyond what their handles offer. */
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

  /**
   * Asks a stage to end when all that is in flight has been handled, as the end of its scope does: its consumers then
   * know that their input was cut short. Returns at once. Any thread.
   *
   * @param stage which
   */
  public static void drain(StageRef<?> stage) {
    if ((Object) stage instanceof CellRef<?> ref) ref.cell().drain();
    else stage.stop();
  }
}
