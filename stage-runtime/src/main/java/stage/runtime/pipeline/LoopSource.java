package stage.runtime.pipeline;

import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;

/**
 * Emits what a user's loop emits. The same loop may run in several jobs at once, but the engine wants a
 * behaviour for each incarnation.
 */
final class LoopSource implements Stage.Generator<Object> {
  private final Stage.Generator<Object> loop;

  @SuppressWarnings("unchecked")   // it emits what it emits
  LoopSource(Stage.Generator<?> loop) {
    this.loop = (Stage.Generator<Object>) loop;
  }

  @Override
  public void onStart(StageContext context) throws Exception {
    loop.onStart(context);
  }

  @Override
  public void generate(Outlet<Object> out) throws Exception {
    loop.generate(out);
  }

  @Override
  public void onStop(StopReason reason) throws Exception {
    loop.onStop(reason);
  }
}
