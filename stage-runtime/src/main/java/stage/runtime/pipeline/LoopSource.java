package stage.runtime.pipeline;

import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.api.pipeline.plan.Site;

/**
 * Emits what a user's loop emits. The same loop may run in several jobs at once, but the engine wants a
 * behaviour for each incarnation.
 */
final class LoopSource implements Stage.Generator<Object> {
  private final Site site;
  private final Stage.Generator<Object> loop;

  @SuppressWarnings("unchecked")   // it emits what it emits
  LoopSource(Site site, Stage.Generator<?> loop) {
    this.site = site;
    this.loop = (Stage.Generator<Object>) loop;
  }

  @Override
  public void onStart(StageContext context) throws Exception {
    loop.onStart(context);
  }

  @Override
  public void generate(Outlet<Object> out) throws Exception {
    try {
      loop.generate(out);
    } catch (InterruptedException wantsItsEnd) {
      throw wantsItsEnd;
    } catch (Exception thrown) {
      At.mark(thrown, site);
      throw thrown;
    }
  }

  @Override
  public void onStop(StopReason reason) throws Exception {
    loop.onStop(reason);
  }
}
