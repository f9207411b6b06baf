package stage.runtime.pipeline;

/** Stateless steps that make one element or none of one. */
final class LoopLink extends Link {
  private final LoopSteps steps;
  private final Loop loop;

  LoopLink(LoopSteps steps) {
    this.steps = steps;
    this.loop = Loops.of(steps);
  }

  LoopSteps steps() {
    return steps;
  }

  Loop loop() {
    return loop;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object made;
    try {
      made = loop.one(value);
    } catch (Exception thrown) {
      throw chain.failed(step + loop.step(), this, steps.valueAt(loop.step(), value), t, w, thrown);
    }
    if (made != null) next.push(made, t, w);
  }
}
