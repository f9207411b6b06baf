package stage.runtime.pipeline;

import java.util.List;
import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.SeveralInputs;

/**
 * The first link of a run with several inputs that are told apart: an operator with a side for each, which may close
 * some for a time.
 */
final class SidesLink extends OperatorLink<SeveralInputs<Object>> {
  private final List<Fn<Object, Object>> keys;   // of each side; empty if there are none

  SidesLink(List<Fn<Object, Object>> keys, SeveralInputs<Object> operator) {
    super(operator);
    this.keys = keys;
  }

  @Override
  int ownStep() {
    return step + 1;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    int side = chain.sideInHand();
    Object its = null;
    if (!keys.isEmpty()) {
      its = chain.keyInHand();
      if (its == null) {
        try {
          its = Objects.requireNonNull(keys.get(side).apply(value), "the key of an element is never null");
        } catch (Exception thrown) {
          throw chain.failed(step, this, value, t, w, thrown);
        }
      }
    }
    int fatesBefore = fates;
    int failures = chain.failures();
    try {
      operator.input(side).accept(its, value, t, w, this);
    } catch (Exception thrown) {
      if (chain.failures() != failures) throw thrown;   // a later link's
      throw chain.failed(step + 1, this, value, t, w, thrown);
    }
    if (fates == fatesBefore) chain.absorbed();
  }

  @Override
  boolean isOpen(int side) {
    return operator.isOpen(side);
  }

  @Override
  boolean isDone() {
    return operator.isDone();
  }

  @Override
  boolean sideProgress(int side, long c) throws Exception {
    return firing(() -> operator.inputProgress(side, c, this));
  }

  @Override
  boolean sideEnded(int side) throws Exception {
    return firing(() -> operator.inputEnded(side, this));
  }
}
