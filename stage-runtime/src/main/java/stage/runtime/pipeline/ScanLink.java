package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.Fold;

/** Emits each value of a fold. */
final class ScanLink extends HeldLink<Object> {
  private final Fold<Object, Object> fold;

  ScanLink(Object zero, Fold<Object, Object> fold) {
    super(zero);
    this.fold = fold;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object folded;
    try {
      folded = Objects.requireNonNull(fold.apply(held.value(), value),
          "a fold returned null; its result must not be null");
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    held.set(folded);
    next.push(folded, t, w);
  }
}
