package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.Fold;

/** The end of a pipeline: folds its elements to one value. */
final class FoldLink extends HeldLink<Object> {
  private final Fold<Object, Object> fold;

  FoldLink(Object zero, Fold<Object, Object> fold) {
    super(zero);
    this.fold = fold;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  boolean isAtomic() {
    return true;
  }

  @Override
  RunSteps fused(RunSteps before) {
    return before.to(RunSteps.End.FOLD, fold);
  }

  @Override
  void begin(Sweep sweep) {
    sweep.folded = held.value();
  }

  @Override
  void end(Sweep sweep) {
    held.set(sweep.folded);
    sweep.folded = null;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    try {
      held.set(Objects.requireNonNull(fold.apply(held.value(), value),
          "a fold returned null; its result must not be null"));
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.sunk();
  }

  @Override
  boolean end(boolean isCut) {
    chain.result(held.value());
    return true;
  }
}
