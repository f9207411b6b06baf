package stage.runtime.pipeline;

import stage.api.pipeline.Criterion;

/** Lets those before the first pass for which a condition does not hold. */
final class TakeWhileLink extends HeldLink<Boolean> {
  private final Criterion<Object> test;

  TakeWhileLink(Criterion<Object> test) {
    super(false);
    this.test = test;
  }

  @Override
  boolean canBeDone() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    if (held.value()) return;
    boolean holds;
    try {
      holds = test.test(value);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    if (holds) next.push(value, t, w);
    else held.set(true);
  }

  @Override
  boolean isDone() {
    return held.value();
  }
}
