package stage.runtime.pipeline;

import java.time.Instant;
import stage.api.pipeline.Action;
import stage.api.pipeline.Fn;

/** The end of a pipeline: does something with each element. */
final class ForEachLink extends Link {
  private final Action<Object> action;

  ForEachLink(Action<Object> action) {
    this.action = action;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  RunSteps fused(LoopSteps loop, Fn<Object, Instant> time, boolean isEnveloped) {
    return new RunSteps(loop, time, null, isEnveloped, false, RunSteps.End.EACH, action, 0);
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    try {
      action.run(value);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.sunk();
  }
}
