package stage.runtime.pipeline;

import stage.api.pipeline.Action;

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
  RunSteps fused(RunSteps before) {
    return before.to(RunSteps.End.EACH, action);
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
